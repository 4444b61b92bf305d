#include <apps/animals/data.hpp>
#include <apps/support/output.hpp>

#include <chrono>

#include <fmt/ranges.h>

using namespace minnow;

namespace {

/// Reads the photographs, or prepares to draw, and prints a line about it.
ImageData find_images(const ImageOptions& options, Rng& rng) {
  const auto start = std::chrono::steady_clock::now();
  if (options.folder) say("Reading photographs in {} ...\n", options.folder->string());
  flush_output();
  ImageData source = options.folder
                         ? read_photographs(*options.folder, options.size, options.class_order, rng.split())
                         : drawn_animals(options.size, options.train_drawings, options.test_drawings, rng.split());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  say("{} {} training and {} test images of {}{}\n", options.folder ? "Read" : "Drawing", source.train->size(),
      source.test->size(), fmt::join(source.class_names, ", "),
      options.folder ? fmt::format(" in {:.1f} s", taken.count()) : ", each at its first use");
  return source;
}

}  // namespace

Images load_images(const ImageOptions& options, Rng rng) {
  ImageData source = find_images(options, rng);
  Indices train = all_indices(source.train->size()), validation, calibration;
  rng.split().shuffle(train);
  if (options.validation > 0) {
    validation = hold_out(train, options.validation, "--validation");
    say("Held out {} of the training images for validation; the test images are not used\n", validation.size());
  }
  if (options.calibration * static_cast<double>(train.size()) >= 1)
    calibration = hold_out(train, options.calibration, "--calibration");

  const auto part = [&all = *source.train](Indices indices) {
    return std::make_unique<const Subset>(all, std::move(indices));
  };
  if (!options.normalization)
    say("Normalised by the mean and standard deviation of {} training images\n",
        std::min<std::size_t>(1000, train.size()));
  const Normalization normalization =
      options.normalization ? *options.normalization : fit_normalization(*source.train, train);
  flush_output();
  Images images{source.class_names, normalization, std::move(source.train), part(std::move(train)),
                std::move(source.test)};
  if (!calibration.empty()) images.calibration = part(std::move(calibration));
  images.test_images = std::move(source.test_names);
  if (!validation.empty()) {
    images.test_name = "validation";
    images.test_images = chosen(source.train_names, validation);
    images.test = part(std::move(validation));
  }
  return images;
}
