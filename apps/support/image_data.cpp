#include <minnow/datasets/images/image_folder.hpp>
#include <minnow/datasets/images/mnist.hpp>

#include <apps/support/image_data.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

using namespace minnow;

namespace {

std::vector<std::string> numbers(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

std::vector<std::string> names_of(const std::vector<std::filesystem::path>& paths) {
  return {paths.begin(), paths.end()};
}

}  // namespace

ImageData drawn_animals(std::size_t size, std::size_t train, std::size_t test, Rng rng) {
  const auto series = [size](std::size_t count, Rng stream) {
    const auto draw = [size, stream](std::size_t i, std::span<Real> image) {
      const std::size_t kind = i % datasets::animal_names().size();  // the classes alternate
      datasets::draw_animal(static_cast<datasets::Animal>(kind), size, stream.stream(i), image);
      return static_cast<Real>(kind);
    };
    return std::make_unique<const LazyDataset>(count, Shape{3, size, size}, draw);
  };
  auto of_train = series(train, rng.split()), of_test = series(test, rng.split());
  return {datasets::animal_names(), std::move(of_train), std::move(of_test), numbers(train), numbers(test)};
}

ImageData read_photographs(const std::filesystem::path& path, std::size_t size, std::vector<std::string> class_order,
                           Rng rng) {
  datasets::ImageFolder folder =
      datasets::read_image_folder(path, {.size = size, .class_order = std::move(class_order)}, std::move(rng));
  if (!folder.skipped.empty())
    fmt::print(stderr, "Skipped {} files and folders that are not valid images:\n", folder.skipped.size());
  for (const datasets::SkippedFile& file : folder.skipped)
    fmt::print(stderr, "  {}: {}\n", printable(file.path.string()), printable(file.reason));
  ImageData data{folder.class_names, nullptr, nullptr, names_of(folder.train.paths), names_of(folder.test.paths)};
  data.train = std::make_unique<const TensorDataset>(std::move(folder.train));
  data.test = std::make_unique<const TensorDataset>(std::move(folder.test));
  return data;
}

ImageData read_idx_images(const std::filesystem::path& folder, bool fashion) {
  datasets::MnistSplit split = fashion ? datasets::fashion_mnist(folder) : datasets::mnist(folder);
  ImageData data{split.train.class_names(), nullptr, nullptr, numbers(split.train.size()), numbers(split.test.size())};
  data.train = std::make_unique<const TensorDataset>(std::move(split.train));
  data.test = std::make_unique<const TensorDataset>(std::move(split.test));
  return data;
}

Indices all_indices(std::size_t count) {
  Indices indices(count);
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

Indices hold_out(Indices& indices, double fraction, const char* option) {
  const auto count = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(indices.size())));
  if (count == 0 || count == indices.size())
    throw ValueError(fmt::format("{}: expected a share that leaves each part at least one of {} samples, got {}.",
                                 option, indices.size(), fraction));
  const auto rest = indices.begin() + static_cast<std::ptrdiff_t>(count);
  Indices part(indices.begin(), rest);
  indices.erase(indices.begin(), rest);
  return part;
}

std::vector<std::string> chosen(const std::vector<std::string>& names, const Indices& indices) {
  std::vector<std::string> result;
  for (const std::size_t i : indices) result.push_back(names[i]);
  return result;
}

Normalization fit_normalization(const Dataset& all, const Indices& part) {
  constexpr std::size_t most = 1000;
  return Normalization(
      Subset(all, {part.begin(), part.begin() + static_cast<std::ptrdiff_t>(std::min(most, part.size()))}));
}

Batch read_images(const Dataset& part, std::span<const std::size_t> indices) {
  Batch batch;
  resize(batch, part, indices.size());
  part.read(indices, batch);
  return batch;
}
