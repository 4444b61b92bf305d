#include <apps/animals/baselines.hpp>

#include <limits>
#include <vector>

using namespace minnow;

double nearest_class_mean(const TensorDataset& train, const TensorDataset& test) {
  const std::size_t classes = train.class_names().size(), pixels = num_elements(train.input_shape());
  std::vector<std::vector<double>> means(classes, std::vector<double>(pixels));
  std::vector<double> counts(classes);
  const auto label = [](const TensorDataset& data, std::size_t i) {
    return static_cast<std::size_t>(data.targets().data()[i]);
  };
  for (std::size_t i = 0; i < train.size(); ++i) {
    counts[label(train, i)] += 1;
    for (std::size_t k = 0; k < pixels; ++k)
      means[label(train, i)][k] += static_cast<double>(train.inputs().data()[i * pixels + k]);
  }
  std::size_t correct = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    std::size_t nearest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < classes; ++c) {
      double distance = 0;
      for (std::size_t k = 0; k < pixels; ++k) {
        const double difference = static_cast<double>(test.inputs().data()[i * pixels + k]) - means[c][k] / counts[c];
        distance += difference * difference;
      }
      if (distance < smallest) smallest = distance, nearest = c;
    }
    correct += nearest == label(test, i);
  }
  return static_cast<double>(correct) / static_cast<double>(test.size());
}
