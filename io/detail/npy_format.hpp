#pragma once

#include <minnow/io/detail/tensor_file.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// The bytes at the beginning of an NPY file that contain the header.
constexpr std::size_t npy_header_bytes = 0xffff + 12;

/// An array in an NPY file.
struct NpyArray {
  TensorEntry tensor;
  TensorLocation location;
};

/// Reads the header of an NPY file (numpy/lib/format.py, versions 1 to 3) of `size` bytes at `offset` of the input.
/// `head` contains its first npy_header_bytes, or all if there are fewer. Throws ValueError with the reason if the
/// header is invalid, the elements are no numbers, or the file does not have as many.
NpyArray parse_npy(std::string_view head, std::size_t size, std::size_t offset);

/// Returns the header of a row-major array of Real.
std::string npy_header_text(const Shape& shape);

}  // namespace minnow::inline MINNOW_PRECISION::detail
