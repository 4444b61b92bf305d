#pragma once

#include <minnow/core/parameter.hpp>
#include <minnow/io/element_type.hpp>
#include <minnow/io/tensor_reader.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Reads a safetensors file (https://github.com/huggingface/safetensors): the length of a JSON header, the header, and
/// the elements of the tensors.
class MINNOW_API SafetensorsReader : public TensorReader {
 public:
  /// Throws DataError if the file cannot be read or is not a valid safetensors file.
  explicit SafetensorsReader(const std::filesystem::path& path);

  /// Reads bytes in memory, for example embedded in the program. They must outlive the reader.
  explicit SafetensorsReader(std::span<const std::byte> bytes);

  const std::map<std::string, std::string>& metadata() const&;
  const std::map<std::string, std::string>& metadata() const&& = delete;
};

/// Writes tensors, in this order, and metadata as a safetensors file. `type` is F32, F64, F16 or BF16; elements are
/// rounded to nearest, ties to even. The file appears under its name only when it is complete and synced to the disk.
/// Throws ValueError if a name appears twice or a text is not UTF-8, and DataError if the file cannot be written; an
/// old file of this name is then unchanged.
MINNOW_API void write_safetensors(const std::filesystem::path& path, std::span<const NamedConstTensor> tensors,
                                  const std::map<std::string, std::string>& metadata = {},
                                  ElementType type = real_type);

}  // namespace minnow::inline MINNOW_PRECISION
