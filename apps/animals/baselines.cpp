#include <apps/animals/baselines.hpp>

#include <limits>
#include <vector>

using namespace minnow;

namespace {

/// Calls body(image, label) for every image.
template <class Body>
void for_each_image(const Dataset& part, const Normalization& normalization, Body body) {
  const std::size_t pixels = num_elements(part.input_shape());
  DataLoader loader{part, {.batch_size = 256, .normalize = normalization}};
  for (const Batch& batch : loader)
    for (std::size_t i = 0; i < batch.size(); ++i)
      body(batch.inputs.data() + i * pixels, static_cast<std::size_t>(batch.targets(i)));
}

}  // namespace

double nearest_class_mean(const Images& images) {
  const std::size_t pixels = num_elements(images.train->input_shape()), classes = images.class_names.size();
  std::vector<std::vector<double>> means(classes, std::vector<double>(pixels));
  std::vector<double> counts(classes);
  for_each_image(*images.train, images.normalization, [&](const Real* image, std::size_t label) {
    counts[label] += 1;
    for (std::size_t k = 0; k < pixels; ++k) means[label][k] += static_cast<double>(image[k]);
  });
  std::size_t correct = 0;
  for_each_image(*images.test, images.normalization, [&](const Real* image, std::size_t label) {
    std::size_t nearest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < classes; ++c) {
      double distance = 0;
      for (std::size_t k = 0; k < pixels; ++k) {
        const double difference = static_cast<double>(image[k]) - means[c][k] / counts[c];
        distance += difference * difference;
      }
      if (distance < smallest) smallest = distance, nearest = c;
    }
    correct += nearest == label;
  });
  return static_cast<double>(correct) / static_cast<double>(images.test->size());
}
