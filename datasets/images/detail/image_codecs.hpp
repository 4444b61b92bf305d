#pragma once

/// \file
/// The parts of the photograph reader; not installed. Every reason in a DataError from here is a phrase without the
/// file's name, which the caller adds.

#include <minnow/core/precision.hpp>
#include <minnow/datasets/images/image.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// The whole of a regular file. Throws DataError when it cannot be read or is too large to be a photograph.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);

/// Throws DataError when a header claims more pixels than a photograph has, before memory is taken for them.
void check_extent(std::size_t height, std::size_t width);

/// Throws ShapeError in the name of `who` when the image is empty or its bytes do not match its extents.
void check_image(const char* who, const Image& image);

Image decode_jpeg(std::span<const std::uint8_t> bytes);
Image decode_png(std::span<const std::uint8_t> bytes);

/// The orientation, 1 to 8, that a JPEG's APP1 segment records; 1 (upright) when it records none or is malformed.
int exif_orientation(std::span<const std::uint8_t> segment);

/// The picture as the camera was held: turned and mirrored according to its orientation, 1 to 8.
Image upright(Image image, int orientation);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
