#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// Interleaved 8-bit RGB, row-major (height, width, 3).
struct Image {
  std::size_t height = 0, width = 0;
  std::vector<std::uint8_t> rgb;
};

/// Decodes a JPEG or PNG; the content, not a suffix, tells the format. Grey, palette, CMYK and 16-bit pictures become
/// 8-bit RGB without any colour management; transparency is laid over white; the EXIF orientation of a JPEG is applied.
/// Throws DataError with the reason: empty, neither format, truncated, damaged, or more than 100 million pixels.
MINNOW_API Image decode_image(std::span<const std::uint8_t> bytes);

/// Decodes the JPEG or PNG at `path`. Throws DataError as decode_image does; the message names the file.
MINNOW_API Image read_image(const std::filesystem::path& path);

/// Writes an 8-bit RGB PNG: first to a temporary beside `path`, which then takes its name, so that no reader ever sees
/// half a file. Throws ShapeError when the image is empty or inconsistent, DataError when it cannot be written.
MINNOW_API void write_png(const std::filesystem::path& path, const Image& image);

/// Averages the picture into three planes (3, size, size) of values in [0, 1]. The largest centred square is taken
/// first: proportions stay, the ends of the longer side go (the odd pixel at the bottom or right). Each output is the
/// mean over the area it covers, with fractional weights at its borders, for shrinking and enlarging alike.
/// Throws ValueError when size is 0, ShapeError when `planes` or the image has not the size it should.
MINNOW_API void resample(const Image& image, std::size_t size, std::span<Real> planes);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
