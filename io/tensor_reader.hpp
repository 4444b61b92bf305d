#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/io/element_type.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

namespace detail {
class TensorFile;
}

/// A tensor in a file.
struct TensorEntry {
  std::string name;
  ElementType type;
  Shape shape;
};

/// The tensors of a file: the base of SafetensorsReader, PyTorchReader and NpzReader. A constructor checks the list of
/// tensors against the size of the file: every offset, length, shape and type. Elements are read only by read().
class MINNOW_API TensorReader {
 public:
  TensorReader(TensorReader&&) noexcept;
  ~TensorReader();

  /// The tensors in the order of the file.
  const std::vector<TensorEntry>& tensors() const&;
  const std::vector<TensorEntry>& tensors() const&& = delete;  // the list belongs to the reader

  /// Returns the tensor of this name; null if there is none.
  const TensorEntry* find(std::string_view name) const&;
  const TensorEntry* find(std::string_view name) const&& = delete;

  /// Converts the elements of a tensor of this file to Real, row by row. Throws DataError if the file cannot be read or
  /// has no tensor of this name, and ShapeError unless `values` has as many elements.
  void read(const TensorEntry& tensor, std::span<Real> values) const;
  Tensor read(const TensorEntry& tensor) const;
  Tensor read(std::string_view name) const;

  /// The path, or "the bytes in memory", for errors.
  const std::string& name() const&;
  const std::string& name() const&& = delete;

 protected:
  explicit TensorReader(detail::TensorFile file);
  const detail::TensorFile& file() const { return *file_; }

 private:
  std::unique_ptr<const detail::TensorFile> file_;
};

}  // namespace minnow::inline MINNOW_PRECISION
