#include <minnow/core/error.hpp>
#include <minnow/datasets/animals/animals.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>
#include <minnow/datasets/detail/run_concurrently.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

TensorDataset draw(std::size_t count, std::size_t size, const Rng& rng, const char* part) {
  if (count == 0) throw ValueError("datasets::animals: expected at least 1 " + std::string(part) + " image, got 0.");
  if (size < 8 || size > 16384)
    throw ValueError("datasets::animals: expected a size from 8 to 16384, got " + std::to_string(size) + ".");
  const std::size_t classes = animal_names().size(), values = 3 * size * size;
  Tensor inputs, targets;
  resize(inputs, {count, 3, size, size});
  resize(targets, {count});
  run_concurrently(count, [&](std::size_t i) {
    const std::span<Real> image(inputs.data() + i * values, values);
    draw_animal(static_cast<Animal>(i % classes), size, rng.stream(i), image);
    for (Real& value : image) value = 2 * value - 1;
    targets.data()[i] = static_cast<Real>(i % classes);
  });
  return {std::move(inputs), std::move(targets), animal_names()};
}

}  // namespace

const std::vector<std::string>& animal_names() {
  static const std::vector<std::string> names{"dog", "cat", "horse", "cheetah"};
  return names;
}

AnimalsSplit animals(const AnimalsOptions& options, Rng rng) {
  const Rng train = rng.split(), test = rng.split();
  return {draw(options.train, options.size, train, "training"), draw(options.test, options.size, test, "test")};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
