#include <minnow/datasets/image_folder.hpp>

#include <apps/animals/data.hpp>

#include <chrono>
#include <cstdio>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace minnow;

namespace {

Pictures draw(const PictureOptions& options, Rng rng) {
  datasets::AnimalsSplit drawn =
      datasets::animals({.size = options.size, .train = options.train_drawings, .test = options.test_drawings}, rng);
  const auto to_unit_range = [](const TensorDataset& from) {
    Tensor inputs = from.inputs();
    for (Real& value : inputs.storage()) value = (value + 1) / 2;
    return TensorDataset(std::move(inputs), from.targets(), from.class_names());
  };
  return {to_unit_range(drawn.train), to_unit_range(drawn.test)};
}

Pictures read(const PictureOptions& options, Rng rng) {
  datasets::ImageFolder folder = datasets::read_image_folder(
      *options.folder, {.size = options.size, .class_order = datasets::animal_names()}, rng);
  if (!folder.skipped.empty())
    fmt::print(stderr, "animals: skipped {} files that hold no picture:\n", folder.skipped.size());
  for (const datasets::SkippedFile& file : folder.skipped)
    fmt::print(stderr, "  {}: {}\n", file.path.string(), file.reason);
  const auto dataset = [&](datasets::LabelledImages& part) {
    return TensorDataset(std::move(part.images), std::move(part.labels), folder.class_names);
  };
  return {dataset(folder.train), dataset(folder.test)};
}

}  // namespace

Pictures load_pictures(const PictureOptions& options, Rng rng) {
  const auto start = std::chrono::steady_clock::now();
  fmt::print("{}\n",
             options.folder ? "Reading photographs in " + options.folder->string() + " ..." : "Drawing pictures ...");
  std::fflush(stdout);
  Pictures pictures = options.folder ? read(options, rng.split()) : draw(options, rng.split());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  fmt::print("{} {} training and {} test pictures of {} in {:.1f} s\n", options.folder ? "Read" : "Drew",
             pictures.train.size(), pictures.test.size(), fmt::join(pictures.train.class_names(), ", "), taken.count());
  if (options.validation > 0) {
    auto [held_out, rest] = random_split(pictures.train, options.validation, rng.split());
    fmt::print("Held out {} of the training pictures for validation; the test pictures are not looked at\n",
               held_out.size());
    pictures = {std::move(rest), std::move(held_out), {}, "validation"};
  }
  if (options.calibration * static_cast<double>(pictures.train.size()) >= 1) {
    auto [held_out, rest] = random_split(pictures.train, options.calibration, rng.split());
    pictures.train = std::move(rest);
    pictures.calibration = std::move(held_out);
  }
  std::fflush(stdout);
  return pictures;
}
