#include <minnow/datasets/images/image_folder.hpp>

#include <apps/animals/data.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace minnow;

namespace {

using Indices = std::vector<std::size_t>;
using MakeImage = LazyDataset::Make;  // writes image i, (3, size, size) in [0, 1], and returns its label

/// A source of images: the number of training and test images, and functions that make them.
struct Source {
  std::vector<std::string> class_names;
  std::size_t train_size, test_size;
  MakeImage train, test;
};

Source drawings(const ImageOptions& options, Rng rng) {
  const auto series = [&](Rng stream) -> MakeImage {
    return [size = options.size, stream](std::size_t i, std::span<Real> image) {
      const std::size_t kind = i % datasets::animal_names().size();  // the classes alternate
      datasets::draw_animal(static_cast<datasets::Animal>(kind), size, stream.stream(i), image);
      return static_cast<Real>(kind);
    };
  };
  const MakeImage train = series(rng.split()), test = series(rng.split());
  return {datasets::animal_names(), options.train_drawings, options.test_drawings, train, test};
}

Source photographs(const ImageOptions& options, Rng rng) {
  const auto folder = std::make_shared<const datasets::ImageFolder>(datasets::read_image_folder(
      *options.folder, {.size = options.size, .class_order = datasets::animal_names()}, std::move(rng)));
  if (!folder->skipped.empty())
    fmt::print(stderr, "animals: skipped {} files and folders that are not valid images:\n", folder->skipped.size());
  for (const datasets::SkippedFile& file : folder->skipped)
    fmt::print(stderr, "  {}: {}\n", file.path.string(), file.reason);
  const auto from = [&](const datasets::LabelledImages& part) -> MakeImage {
    return [folder, &part](std::size_t i, std::span<Real> image) {
      std::copy_n(part.images.data() + i * image.size(), image.size(), image.begin());
      return part.labels.data()[i];
    };
  };
  return {folder->class_names, folder->train.labels.size(), folder->test.labels.size(), from(folder->train),
          from(folder->test)};
}

/// Reads the photographs, or prepares to draw, and prints a line about it.
Source find_images(const ImageOptions& options, Rng& rng) {
  const auto start = std::chrono::steady_clock::now();
  if (options.folder) fmt::print("Reading photographs in {} ...\n", options.folder->string());
  std::fflush(stdout);
  Source source = options.folder ? photographs(options, rng.split()) : drawings(options, rng.split());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  fmt::print("{} {} training and {} test images of {}{}\n", options.folder ? "Read" : "Drawing", source.train_size,
             source.test_size, fmt::join(source.class_names, ", "),
             options.folder ? fmt::format(" in {:.1f} s", taken.count()) : ", each at its first use");
  return source;
}

/// Removes the first `fraction` of the indices, rounded to a whole number of indices, and returns them.
Indices hold_out(Indices& indices, double fraction, const char* option) {
  const auto count = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(indices.size())));
  if (count == 0 || count == indices.size())
    throw ValueError(fmt::format("{}: expected a share that leaves each part at least one of {} images, got {}.",
                                 option, indices.size(), fraction));
  const auto rest = indices.begin() + static_cast<std::ptrdiff_t>(count);
  Indices part(indices.begin(), rest);
  indices.erase(indices.begin(), rest);
  return part;
}

Normalization normalization_of(const MakeImage& make, std::span<const std::size_t> indices, std::size_t size) {
  const std::size_t pixels = 3 * size * size;
  Tensor images;
  resize(images, {indices.size(), 3, size, size});
  for (std::size_t i = 0; i < indices.size(); ++i) make(indices[i], {images.data() + i * pixels, pixels});
  return Normalization(images);
}

Indices first_indices(std::size_t count) {
  Indices indices(count);
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

}  // namespace

Images load_images(const ImageOptions& options, Rng rng) {
  const Source source = find_images(options, rng);
  Indices train = first_indices(source.train_size), validation, calibration;
  rng.split().shuffle(train);
  if (options.validation > 0) {
    validation = hold_out(train, options.validation, "--validation");
    fmt::print("Held out {} of the training images for validation; the test images are not used\n", validation.size());
  }
  if (options.calibration * static_cast<double>(train.size()) >= 1)
    calibration = hold_out(train, options.calibration, "--calibration");

  constexpr std::size_t max_fitted = 1000;  // enough for the mean and deviation
  const std::size_t fitted = std::min(max_fitted, train.size());
  const Normalization normalization =
      normalization_of(source.train, std::span<const std::size_t>(train).first(fitted), options.size);
  fmt::print("Normalised by the mean and standard deviation of {} training images\n", fitted);
  const auto part = [&](const MakeImage& make, const Indices& indices) {
    const Shape shape{3, options.size, options.size};
    return std::make_unique<LazyDataset>(
        indices.size(), shape, [=](std::size_t i, std::span<Real> values) { return make(indices[i], values); });
  };
  Images images{source.class_names, normalization, part(source.train, train)};
  if (!calibration.empty()) images.calibration = part(source.train, calibration);
  if (!validation.empty()) images.test_name = "validation";
  images.test =
      validation.empty() ? part(source.test, first_indices(source.test_size)) : part(source.train, validation);
  std::fflush(stdout);
  return images;
}

Batch read_images(const Dataset& part, std::span<const std::size_t> indices) {
  Shape shape{indices.size()};
  for (const std::size_t extent : part.input_shape()) shape.push_back(extent);
  Batch batch;
  resize(batch.inputs, shape);
  resize(batch.targets, {indices.size()});
  part.read(indices, batch);
  return batch;
}
