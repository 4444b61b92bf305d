// Draws docs/augmentations.png: one row per augmentation, with a drawn cheetah and its versions in five epochs.
//   augmentation_sheet FILE           writes the image
//   augmentation_sheet --check FILE   fails if FILE differs from the image drawn now

#include <minnow/datasets/images/image.hpp>
#include <minnow/minnow.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace minnow;

namespace {

constexpr std::size_t size = 48, gap = 4, tile = size + gap, epochs = 5;

/// Returns the cheetah that is shown, and the horse that mixup adds to the cheetah.
TensorDataset two_animals() {
  Tensor images = zeros({2, 3, size, size});
  const std::size_t values = 3 * size * size;
  datasets::draw_animal(datasets::Animal::cheetah, size, Rng{3}, {images.data(), values});
  datasets::draw_animal(datasets::Animal::horse, size, Rng{4}, {images.data() + values, values});
  return {std::move(images), Tensor{3, 2}};
}

std::vector<Augmentation> rows() {
  const augment::Flip flip;
  const augment::ShiftedCrop crop(6), mirrored_crop(6, {.reflect = true});
  const augment::Rotation rotation(20);
  const augment::ColourJitter jitter({.brightness = 0.4, .contrast = 0.4, .saturation = 0.4});
  const augment::Cutout cutout(16);
  const auto rng = [] { return Rng{4}; };
  return {{rng(), {flip}},
          {rng(), {crop}},
          {rng(), {mirrored_crop}},
          {rng(), {rotation}},
          {rng(), {jitter}},
          {rng(), {cutout}},
          {rng(), {}, Mixup{.classes = 4, .alpha = 1}},
          {rng(), {flip, mirrored_crop, augment::Rotation(10, {.reflect = true}), jitter, cutout}}};
}

void paste(const Real* image, datasets::Image& sheet, std::size_t row, std::size_t column) {
  for (std::size_t y = 0; y < size; ++y)
    for (std::size_t x = 0; x < size; ++x)
      for (std::size_t c = 0; c < 3; ++c)
        sheet.rgb[((row * tile + gap + y) * sheet.width + column * tile + gap + x) * 3 + c] =
            static_cast<std::uint8_t>(std::clamp(image[(c * size + y) * size + x], Real{0}, Real{1}) * 255);
}

datasets::Image draw_sheet() {
  const TensorDataset animals = two_animals();
  const std::vector<Augmentation> augmentations = rows();
  datasets::Image sheet{augmentations.size() * tile + gap, (epochs + 1) * tile + gap, {}};
  sheet.rgb.assign(sheet.height * sheet.width * 3, 255);
  for (std::size_t row = 0; row < augmentations.size(); ++row) {
    paste(animals.inputs().data(), sheet, row, 0);
    DataLoader loader{animals, {.augment = augmentations[row]}};
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch)
      for (const Batch& batch : loader) paste(batch.inputs.data(), sheet, row, epoch);
  }
  return sheet;
}

/// Returns true if the images are equal up to differences in rounding between compilers.
bool alike(const datasets::Image& a, const datasets::Image& b) {
  if (a.height != b.height || a.width != b.width) return false;
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(a.rgb[i] - b.rgb[i]);
  return sum <= 0.1 * static_cast<double>(a.rgb.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const datasets::Image sheet = draw_sheet();
  if (arguments.size() == 1) return datasets::write_png(arguments[0], sheet), 0;
  if (arguments.size() == 2 && alike(sheet, datasets::read_image(arguments[1]))) return 0;
  std::fprintf(stderr, "augmentation_sheet: expected the image drawn now, got a different FILE. Write FILE again.\n");
  return 1;
}
