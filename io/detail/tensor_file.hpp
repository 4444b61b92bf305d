#pragma once

#include <minnow/io/detail/input.hpp>
#include <minnow/io/npz.hpp>
#include <minnow/io/tensor_reader.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Where the elements of a tensor are.
struct TensorLocation {
  std::size_t offset = 0;              // of the first element, in bytes
  std::vector<std::size_t> strides{};  // between neighbours along each axis, in elements; empty if row-major
  bool big_endian = false;
  std::size_t compressed_offset = 0;  // of a deflated entry of a zip file; `offset` is then in the decompressed bytes
  std::size_t compressed_size = 0;    // 0 if the elements are not compressed
};

/// A file of named tensors in any format. The creator has checked that the elements of all tensors are in the file.
class TensorFile {
 public:
  /// locations[i] is that of tensors[i]. Throws DataError if two tensors have the same name.
  TensorFile(Input input, std::vector<TensorEntry> tensors, std::vector<TensorLocation> locations);

  const std::vector<TensorEntry>& tensors() const { return tensors_; }

  /// Returns the tensor of this name; null if there is none.
  const TensorEntry* find(std::string_view name) const;

  /// Reads the elements of an item of tensors(). Throws ShapeError unless `values` has as many elements.
  void read(const TensorEntry& tensor, std::span<Real> values) const;

  const std::string& name() const { return input_.name(); }

  std::map<std::string, std::string> metadata;  // of a safetensors file
  Inflate inflate = nullptr;                    // for compressed elements

 private:
  Input input_;
  std::vector<TensorEntry> tensors_;
  std::vector<TensorLocation> locations_;
  std::vector<const TensorEntry*> by_name_;
};

constexpr std::size_t max_axes = 64;

/// Returns the number of bytes of a tensor; none if it exceeds 2^64, or would without the extents of 0.
std::optional<std::size_t> byte_count(ElementType type, const Shape& shape);

/// Returns the distance from the first element to the last; none if it exceeds 2^64. No extent is 0.
std::optional<std::size_t> last_element(const Shape& shape, const std::vector<std::size_t>& strides);

/// Returns true if the strides are those of a row-major tensor. No extent is 0.
bool is_row_major(const Shape& shape, const std::vector<std::size_t>& strides);

}  // namespace minnow::inline MINNOW_PRECISION::detail
