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

/// All training and test images, not normalised.
struct Source {
  std::vector<std::string> class_names;
  std::unique_ptr<const Dataset> train, test;
};

Source drawings(const ImageOptions& options, Rng rng) {
  const auto series = [size = options.size](std::size_t count, Rng stream) {
    const auto draw = [size, stream](std::size_t i, std::span<Real> image) {
      const std::size_t kind = i % datasets::animal_names().size();  // the classes alternate
      datasets::draw_animal(static_cast<datasets::Animal>(kind), size, stream.stream(i), image);
      return static_cast<Real>(kind);
    };
    return std::make_unique<const LazyDataset>(count, Shape{3, size, size}, draw);
  };
  auto train = series(options.train_drawings, rng.split()), test = series(options.test_drawings, rng.split());
  return {datasets::animal_names(), std::move(train), std::move(test)};
}

Source photographs(const ImageOptions& options, Rng rng) {
  datasets::ImageFolder folder = datasets::read_image_folder(
      *options.folder, {.size = options.size, .class_order = options.class_order}, std::move(rng));
  if (!folder.skipped.empty())
    fmt::print(stderr, "animals: skipped {} files and folders that are not valid images:\n", folder.skipped.size());
  for (const datasets::SkippedFile& file : folder.skipped)
    fmt::print(stderr, "  {}: {}\n", file.path.string(), file.reason);
  return {folder.class_names, std::make_unique<const datasets::LabelledImages>(std::move(folder.train)),
          std::make_unique<const datasets::LabelledImages>(std::move(folder.test))};
}

/// Reads the photographs, or prepares to draw, and prints a line about it.
Source find_images(const ImageOptions& options, Rng& rng) {
  const auto start = std::chrono::steady_clock::now();
  if (options.folder) fmt::print("Reading photographs in {} ...\n", options.folder->string());
  std::fflush(stdout);
  Source source = options.folder ? photographs(options, rng.split()) : drawings(options, rng.split());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  fmt::print("{} {} training and {} test images of {}{}\n", options.folder ? "Read" : "Drawing", source.train->size(),
             source.test->size(), fmt::join(source.class_names, ", "),
             options.folder ? fmt::format(" in {:.1f} s", taken.count()) : ", each at its first use");
  return source;
}

/// Returns the path of each photograph, or the number of each drawing.
std::vector<std::string> names_of(const Dataset& images) {
  const auto* photographs = dynamic_cast<const datasets::LabelledImages*>(&images);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < images.size(); ++i)
    names.push_back(photographs != nullptr ? photographs->paths[i].string() : std::to_string(i));
  return names;
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

}  // namespace

Images load_images(const ImageOptions& options, Rng rng) {
  Source source = find_images(options, rng);
  Indices train(source.train->size()), validation, calibration;
  std::iota(train.begin(), train.end(), 0);
  rng.split().shuffle(train);
  if (options.validation > 0) {
    validation = hold_out(train, options.validation, "--validation");
    fmt::print("Held out {} of the training images for validation; the test images are not used\n", validation.size());
  }
  if (options.calibration * static_cast<double>(train.size()) >= 1)
    calibration = hold_out(train, options.calibration, "--calibration");

  const auto part = [&all = *source.train](Indices indices) {
    return std::make_unique<const Subset>(all, std::move(indices));
  };
  std::vector<std::string> names = names_of(validation.empty() ? *source.test : *source.train);
  const auto fit = [&] {
    constexpr std::size_t max_fitted = 1000;  // enough for the mean and deviation
    const std::size_t fitted = std::min(max_fitted, train.size());
    const Normalization result(*part({train.begin(), train.begin() + static_cast<std::ptrdiff_t>(fitted)}));
    fmt::print("Normalised by the mean and standard deviation of {} training images\n", fitted);
    return result;
  };
  const Normalization normalization = options.normalization ? *options.normalization : fit();
  std::fflush(stdout);
  Images images{source.class_names, normalization, std::move(source.train), part(std::move(train)),
                std::move(source.test)};
  if (!calibration.empty()) images.calibration = part(std::move(calibration));
  if (!validation.empty()) {
    images.test_name = "validation";
    std::vector<std::string> chosen;
    for (const std::size_t i : validation) chosen.push_back(std::move(names[i]));
    names = std::move(chosen);
    images.test = part(std::move(validation));
  }
  images.test_images = std::move(names);
  return images;
}

Batch read_images(const Dataset& part, std::span<const std::size_t> indices) {
  Batch batch;
  resize(batch, part, indices.size());
  part.read(indices, batch);
  return batch;
}
