#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// An 8-bit RGB image, row-major and interleaved: (height, width, 3).
struct Image {
  std::size_t height = 0, width = 0;
  std::vector<std::uint8_t> rgb;
};

/// Decodes a JPEG or PNG; the format is detected from the content. Converts grey, palette, CMYK and 16-bit images to
/// 8-bit RGB without colour management, composites transparency over white, and applies the EXIF orientation.
/// Throws DataError if the data are empty, of another format, truncated or damaged, or exceed 100 million pixels.
MINNOW_API Image decode_image(std::span<const std::uint8_t> bytes);

/// Decodes the JPEG or PNG at `path`. Throws DataError as decode_image does, with the file's name in the message.
MINNOW_API Image read_image(const std::filesystem::path& path);

/// Writes an 8-bit RGB PNG to a temporary file and renames the file to `path`, so that `path` is never incomplete.
/// Throws ShapeError if the image is empty or inconsistent, DataError if the file cannot be written.
MINNOW_API void write_png(const std::filesystem::path& path, const Image& image);

/// Returns the bytes of an 8-bit RGB PNG. Throws ShapeError if the image is empty or inconsistent.
MINNOW_API std::vector<std::uint8_t> encode_png(const Image& image);

/// Returns the bytes of a JPEG with colours in full resolution. Throws ShapeError if the image is empty or
/// inconsistent, or a side exceeds 65,500 pixels, and ValueError unless quality is in [1, 100].
MINNOW_API std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality = 90);

/// Crops the largest centred square and resizes it to three planes (3, size, size) of values in [0, 1]. If the number
/// of cropped pixels is odd, one more is cropped at the bottom or right. Each output value is the mean over its area of
/// the input, with fractional weights at the borders; this applies to shrinking and enlarging. Throws ValueError if
/// size is 0, ShapeError if `planes` or the image has a wrong size.
MINNOW_API void resample(const Image& image, std::size_t size, std::span<Real> planes);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
