#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

/// One axis of `side` source pixels divided into `size` equal cells. In units of 1 / size of a pixel, a cell has length
/// `side` and a pixel has length `size`. All weights are integers, so the sums are exact in any order.
struct Axis {
  std::size_t side, size;

  std::size_t first(std::size_t cell) const { return cell * side / size; }
  std::size_t last(std::size_t cell) const { return ((cell + 1) * side - 1) / size; }

  /// Returns the length of the overlap of a cell and a pixel from first(cell) to last(cell).
  std::size_t overlap(std::size_t cell, std::size_t pixel) const {
    return std::min((cell + 1) * side, (pixel + 1) * size) - std::max(cell * side, pixel * size);
  }
};

}  // namespace

void resample(const Image& image, std::size_t size, std::span<Real> planes) {
  if (size == 0) throw ValueError("resample: expected a size of at least 1, got 0.");
  detail::check_image("resample", image);
  if (planes.size() % 3 != 0 || planes.size() / 3 / size != size || planes.size() / 3 % size != 0)
    throw ShapeError(
        format_text("resample: expected planes for (3, {}, {}), got {} values.", size, size, planes.size()));

  const std::size_t side = std::min(image.height, image.width);
  const std::size_t top = (image.height - side) / 2, left = (image.width - side) / 2;
  const Axis axis{side, size};
  const double white = 255.0 * static_cast<double>(side) * static_cast<double>(side);  // the sum of a white cell

  std::vector<std::uint64_t> columns(3 * side);  // a row of cells, summed over its height only
  for (std::size_t y = 0; y < size; ++y) {
    std::fill(columns.begin(), columns.end(), 0);
    for (std::size_t row = axis.first(y); row <= axis.last(y); ++row) {
      const std::uint64_t weight = axis.overlap(y, row);
      const std::uint8_t* pixels = image.rgb.data() + ((top + row) * image.width + left) * 3;
      for (std::size_t i = 0; i < 3 * side; ++i) columns[i] += weight * pixels[i];
    }
    for (std::size_t x = 0; x < size; ++x) {
      std::uint64_t sums[3] = {};
      for (std::size_t column = axis.first(x); column <= axis.last(x); ++column)
        for (std::size_t c = 0; c < 3; ++c) sums[c] += axis.overlap(x, column) * columns[3 * column + c];
      for (std::size_t c = 0; c < 3; ++c)
        planes[(c * size + y) * size + x] = static_cast<Real>(static_cast<double>(sums[c]) / white);
    }
  }
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
