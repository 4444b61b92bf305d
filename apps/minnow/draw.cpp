#include <minnow/datasets/images/image.hpp>
#include <minnow/minnow.hpp>

#include <apps/minnow/options.hpp>
#include <apps/support/image_data.hpp>
#include <apps/support/output.hpp>
#include <apps/support/task_progress.hpp>

#include <cmath>
#include <utility>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

/// Converts planes (3, size, size) in [0, 1] to the bytes of pixels.
datasets::Image image_of(std::span<const Real> planes, std::size_t size) {
  datasets::Image image{size, size, std::vector<std::uint8_t>(planes.size())};
  const std::size_t pixels = size * size;
  for (std::size_t i = 0; i < planes.size(); ++i)
    image.rgb[i % pixels * 3 + i / pixels] = static_cast<std::uint8_t>(std::lround(planes[i] * Real(255)));
  return image;
}

void write_part(const Dataset& part, const fs::path& folder, std::size_t size, TaskProgress& progress,
                std::size_t& done) {
  for (const std::string& name : datasets::animal_names()) fs::create_directories(folder / name);
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::size_t index[] = {i};
    const Batch sample = read_images(part, index);
    const std::string& name = datasets::animal_names()[static_cast<std::size_t>(sample.target(0)[0])];
    datasets::write_png(folder / name / fmt::format("{}_{:04}.png", name, i / datasets::animal_names().size()),
                        image_of(sample.input(0), size));
    progress.update(++done);
  }
}

}  // namespace

int draw(const DrawOptions& options) {
  const fs::path& folder = options.folder;
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_empty(folder, error) && !error)
    throw ValueError(fmt::format("expected a new or empty folder, got '{}'.", folder.string()));
  if (error) throw DataError(fmt::format("{}: cannot be created ({}).", folder.string(), error.message()));
  const ImageData data = drawn_animals(options.size, options.train, options.test, Rng{options.seed});
  TaskProgress progress("Drew and wrote", options.train + options.test);
  std::size_t done = 0;
  write_part(*data.train, folder / "train", options.size, progress, done);
  write_part(*data.test, folder / "test", options.size, progress, done);
  progress.finish();
  return 0;
}
