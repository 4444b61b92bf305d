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

using Numbers = std::vector<std::size_t>;
using Picture = LazyDataset::Make;  // writes picture i, (3, size, size) in [0, 1], and returns its label

/// Where pictures come from: so many of them, and how to get each.
struct Source {
  std::vector<std::string> class_names;
  std::size_t train_size, test_size;
  Picture train, test;
};

Source drawings(const PictureOptions& options, Rng rng) {
  const auto series = [&](Rng stream) -> Picture {
    return [size = options.size, stream](std::size_t i, std::span<Real> picture) {
      const std::size_t kind = i % datasets::animal_names().size();  // they take turns
      datasets::draw_animal(static_cast<datasets::Animal>(kind), size, stream.stream(i), picture);
      return static_cast<Real>(kind);
    };
  };
  const Picture train = series(rng.split()), test = series(rng.split());
  return {datasets::animal_names(), options.train_drawings, options.test_drawings, train, test};
}

Source photographs(const PictureOptions& options, Rng rng) {
  const auto folder = std::make_shared<const datasets::ImageFolder>(datasets::read_image_folder(
      *options.folder, {.size = options.size, .class_order = datasets::animal_names()}, rng));
  if (!folder->skipped.empty())
    fmt::print(stderr, "animals: skipped {} files that hold no picture:\n", folder->skipped.size());
  for (const datasets::SkippedFile& file : folder->skipped)
    fmt::print(stderr, "  {}: {}\n", file.path.string(), file.reason);
  const auto from = [&](const datasets::LabelledImages& part) -> Picture {
    return [folder, &part](std::size_t i, std::span<Real> picture) {
      std::copy_n(part.images.data() + i * picture.size(), picture.size(), picture.begin());
      return part.labels.data()[i];
    };
  };
  return {folder->class_names, folder->train.labels.size(), folder->test.labels.size(), from(folder->train),
          from(folder->test)};
}

/// Reads the photographs or prepares to draw, and says so.
Source find_pictures(const PictureOptions& options, Rng& rng) {
  const auto start = std::chrono::steady_clock::now();
  if (options.folder) fmt::print("Reading photographs in {} ...\n", options.folder->string());
  std::fflush(stdout);
  Source source = options.folder ? photographs(options, rng.split()) : drawings(options, rng.split());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  fmt::print("{} {} training and {} test pictures of {}{}\n", options.folder ? "Read" : "Drawing", source.train_size,
             source.test_size, fmt::join(source.class_names, ", "),
             options.folder ? fmt::format(" in {:.1f} s", taken.count()) : ", each when it is first needed");
  return source;
}

/// Takes `fraction` of the numbers, rounded, off their front.
Numbers hold_out(Numbers& numbers, double fraction, const char* option) {
  const auto count = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(numbers.size())));
  if (count == 0 || count == numbers.size())
    throw ValueError(fmt::format("{}: expected a share that gives each part at least one of {} pictures, got {}.",
                                 option, numbers.size(), fraction));
  const auto rest = numbers.begin() + static_cast<std::ptrdiff_t>(count);
  Numbers part(numbers.begin(), rest);
  numbers.erase(numbers.begin(), rest);
  return part;
}

Normalization normalization_of(const Picture& picture, std::span<const std::size_t> numbers, std::size_t size) {
  const std::size_t pixels = 3 * size * size;
  Tensor pictures;
  resize(pictures, {numbers.size(), 3, size, size});
  for (std::size_t i = 0; i < numbers.size(); ++i) picture(numbers[i], {pictures.data() + i * pixels, pixels});
  return Normalization(pictures);
}

Numbers first_numbers(std::size_t count) {
  Numbers numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

Pictures load_pictures(const PictureOptions& options, Rng rng) {
  const Source source = find_pictures(options, rng);
  Numbers train = first_numbers(source.train_size), validation, calibration;
  rng.split().shuffle(train);
  if (options.validation > 0) {
    validation = hold_out(train, options.validation, "--validation");
    fmt::print("Held out {} of the training pictures for validation; the test pictures are not looked at\n",
               validation.size());
  }
  if (options.calibration * static_cast<double>(train.size()) >= 1)
    calibration = hold_out(train, options.calibration, "--calibration");

  constexpr std::size_t enough = 1000;  // to normalise by
  const std::size_t fitted = std::min(enough, train.size());
  const Normalization normalization =
      normalization_of(source.train, std::span<const std::size_t>(train).first(fitted), options.size);
  fmt::print("Normalised by the mean and deviation of {} training pictures\n", fitted);
  const auto part = [&](const Picture& picture, const Numbers& numbers) {
    const Shape shape{3, options.size, options.size};
    return std::make_unique<LazyDataset>(
        numbers.size(), shape, [=](std::size_t i, std::span<Real> values) { return picture(numbers[i], values); });
  };
  Pictures pictures{source.class_names, normalization, part(source.train, train)};
  if (!calibration.empty()) pictures.calibration = part(source.train, calibration);
  if (!validation.empty()) pictures.test_name = "validation";
  pictures.test =
      validation.empty() ? part(source.test, first_numbers(source.test_size)) : part(source.train, validation);
  std::fflush(stdout);
  return pictures;
}

Batch read_pictures(const Dataset& part, std::span<const std::size_t> indices) {
  Shape shape{indices.size()};
  for (const std::size_t extent : part.input_shape()) shape.push_back(extent);
  Batch batch;
  resize(batch.inputs, shape);
  resize(batch.targets, {indices.size()});
  part.read(indices, batch);
  return batch;
}
