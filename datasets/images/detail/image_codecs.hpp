#pragma once

/// \file
/// Reading and decoding of image files. The message of a DataError from these functions is a reason without the file's
/// name; the caller adds the name.

#include <minnow/core/precision.hpp>
#include <minnow/datasets/images/image.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Returns the content of a regular file. Throws DataError if the file cannot be read or exceeds 2^29 bytes.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);

/// Returns true if the bytes begin with the signature of a JPEG.
bool is_jpeg(std::span<const std::uint8_t> bytes);

/// Returns true if the bytes begin with the signature of a PNG.
bool is_png(std::span<const std::uint8_t> bytes);

/// Throws DataError if an image has no pixels or more than 100 million. Called before pixels are allocated.
void check_extent(std::size_t height, std::size_t width);

/// Throws ShapeError, with `who` in the message, if the image is empty or its bytes do not match its extents.
void check_image(const char* who, const Image& image);

Image decode_jpeg(std::span<const std::uint8_t> bytes);
Image decode_png(std::span<const std::uint8_t> bytes);

/// Returns the orientation, 1 to 8, that a TIFF structure of EXIF data records; 1 (upright) if the orientation is
/// missing or malformed.
int exif_orientation(std::span<const std::uint8_t> data);

/// Returns the image in upright position: rotated and mirrored according to its orientation, 1 to 8.
Image upright(Image image, int orientation);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
