#pragma once

#include <minnow/core/parameter.hpp>
#include <minnow/core/tensor.hpp>
#include <minnow/io/element_type.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A tensor in a safetensors file.
struct TensorEntry {
  std::string name;
  ElementType type;
  Shape shape;
  std::size_t begin, end;  // its bytes in the file
};

/// Reads a safetensors file (https://github.com/huggingface/safetensors): the length of a JSON header, the header, and
/// the elements of the tensors. The constructor checks the whole header against the size of the file: every offset,
/// length, shape and type. Elements are read from the file only by read().
class MINNOW_API SafetensorsReader {
 public:
  /// Throws DataError if the file cannot be read or is not a valid safetensors file.
  explicit SafetensorsReader(const std::filesystem::path& path);

  /// Reads bytes in memory, for example embedded in the program. They must outlive the reader.
  explicit SafetensorsReader(std::span<const std::byte> bytes);

  SafetensorsReader(SafetensorsReader&&) noexcept;
  ~SafetensorsReader();

  /// The tensors in the order of their bytes.
  const std::vector<TensorEntry>& tensors() const;
  const std::map<std::string, std::string>& metadata() const;

  /// Returns the tensor of this name; null if there is none.
  const TensorEntry* find(std::string_view name) const;

  /// Converts the elements of a tensor of this file to Real. Throws DataError if the file cannot be read, and
  /// ShapeError unless `values` has as many elements.
  void read(const TensorEntry& tensor, std::span<Real> values) const;
  Tensor read(const TensorEntry& tensor) const;

  /// The path, or "the bytes in memory", for errors.
  const std::string& name() const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

/// Writes tensors, in this order, and metadata as a safetensors file. `type` is F32, F64, F16 or BF16; elements are
/// rounded to nearest, ties to even. The file appears under its name only when it is complete and synced to the disk.
/// Throws ValueError if a name appears twice or a text is not UTF-8, and DataError if the file cannot be written; an
/// old file of this name is then unchanged.
MINNOW_API void write_safetensors(const std::filesystem::path& path, std::span<const NamedConstTensor> tensors,
                                  const std::map<std::string, std::string>& metadata = {},
                                  ElementType type = real_type);

}  // namespace minnow::inline MINNOW_PRECISION
