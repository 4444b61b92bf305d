#include <minnow/datasets/images/image.hpp>

#include <apps/animals/contact_sheet.hpp>
#include <apps/support/output.hpp>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>

#include <fmt/format.h>

using namespace minnow;

namespace {

constexpr std::size_t columns = 8, max_images = 64, gap = 4;

/// Copies an image (3, size, size) into the sheet, each pixel enlarged to `zoom` by `zoom`.
void paste(const Real* image, std::size_t size, std::size_t zoom, datasets::Image& sheet, std::size_t top,
           std::size_t left) {
  for (std::size_t y = 0; y < size * zoom; ++y)
    for (std::size_t x = 0; x < size * zoom; ++x)
      for (std::size_t c = 0; c < 3; ++c) {
        const auto value = static_cast<double>(image[(c * size + y / zoom) * size + x / zoom]);
        sheet.rgb[((top + y) * sheet.width + left + x) * 3 + c] =
            static_cast<std::uint8_t>(std::clamp(value, 0.0, 1.0) * 255 + 0.5);
      }
}

}  // namespace

void write_contact_sheet(const std::filesystem::path& path, const Images& images, Rng rng) {
  std::vector<std::size_t> order(images.test->size());
  std::iota(order.begin(), order.end(), 0);
  rng.shuffle(order);
  order.resize(std::min(max_images, order.size()));
  const std::size_t size = images.test->input_shape().back(), zoom = std::max<std::size_t>(1, 96 / size);
  const Batch chosen = read_images(*images.test, order);
  const std::size_t tile = size * zoom + gap, rows = (order.size() + columns - 1) / columns;
  datasets::Image sheet{rows * tile + gap, columns * tile + gap, {}};
  sheet.rgb.assign(sheet.height * sheet.width * 3, 255);
  for (std::size_t i = 0; i < order.size(); ++i)
    paste(chosen.inputs.data() + i * 3 * size * size, size, zoom, sheet, i / columns * tile + gap,
          i % columns * tile + gap);
  datasets::write_png(path, sheet);

  say("Wrote {} images to {}, with the labels:\n", order.size(), path.string());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto label = static_cast<std::size_t>(chosen.targets.data()[i]);
    say("{}{:<8}{}", i % columns == 0 ? fmt::format("  row {}: ", i / columns + 1) : " ", images.class_names[label],
        i % columns == columns - 1 || i + 1 == order.size() ? "\n" : "");
  }
}
