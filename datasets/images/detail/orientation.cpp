#include <minnow/datasets/images/detail/image_codecs.hpp>

#include <algorithm>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

/// The TIFF structure that contains EXIF data. Offsets come from the file, so they may be out of range; a number beyond
/// the end reads as 0, which is not valid in any field used here.
struct Tiff {
  std::span<const std::uint8_t> bytes;
  bool big_endian = false;

  std::uint32_t number(std::uint64_t offset, unsigned length) const {
    if (offset > bytes.size() || bytes.size() - offset < length) return 0;
    std::uint32_t value = 0;
    for (unsigned i = 0; i < length; ++i)
      value = value << 8 | bytes[static_cast<std::size_t>(offset) + (big_endian ? i : length - 1 - i)];
    return value;
  }
};

}  // namespace

// Exif 2.32, sections 4.5.2 and 4.6.2: the byte order "II" or "MM", 42, the offset of the first directory. The
// directory is a count and entries of 12 bytes: tag, type, number of values, value.
int exif_orientation(std::span<const std::uint8_t> data) {
  constexpr std::uint32_t orientation_tag = 0x0112, type_short = 3;
  if (data.size() < 8) return 1;
  Tiff tiff{data};
  if (tiff.bytes[0] != tiff.bytes[1] || (tiff.bytes[0] != 'I' && tiff.bytes[0] != 'M')) return 1;
  tiff.big_endian = tiff.bytes[0] == 'M';
  if (tiff.number(2, 2) != 42) return 1;

  const std::uint64_t directory = tiff.number(4, 4);
  const std::uint32_t entries = tiff.number(directory, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + 12 * std::uint64_t{i};
    if (tiff.number(entry, 2) != orientation_tag) continue;
    const std::uint32_t value = tiff.number(entry + 8, 2);
    const bool valid = tiff.number(entry + 2, 2) == type_short && tiff.number(entry + 4, 4) == 1;
    return valid && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image upright(Image image, int orientation) {
  if (orientation == 1) return image;
  // Sides of the scene at the stored row 0 and column 0: 1 top left, 2 top right, 3 bottom right, 4 bottom left,
  // 5 left top, 6 right top, 7 right bottom, 8 left bottom.
  const bool swap = orientation >= 5;
  const bool flip_rows = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool flip_columns = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;

  Image result{image.height, image.width, std::vector<std::uint8_t>(image.rgb.size())};
  if (swap) std::swap(result.height, result.width);
  std::uint8_t* out = result.rgb.data();
  for (std::size_t y = 0; y < result.height; ++y)
    for (std::size_t x = 0; x < result.width; ++x) {
      std::size_t row = swap ? x : y, column = swap ? y : x;
      if (flip_rows) row = image.height - 1 - row;
      if (flip_columns) column = image.width - 1 - column;
      out = std::copy_n(image.rgb.data() + (row * image.width + column) * 3, 3, out);
    }
  return result;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
