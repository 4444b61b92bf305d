#pragma once

#include <minnow/io/tensor_reader.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

struct StoredTensor : TensorEntry {
  std::size_t begin, end;  // from the first byte after the header
};

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Parses the JSON text of a header. Throws ValueError with the reason if it is not valid JSON or not a safetensors
/// header. Unknown keys of a tensor are ignored. Offsets are not yet checked against the size of the file.
SafetensorsHeader parse_safetensors_header(std::string_view json);

/// Sorts the tensors by their offsets. Throws ValueError with the reason unless they cover `size` bytes without gaps
/// and overlaps, and each has as many bytes as its shape and type need.
void check_layout(std::vector<StoredTensor>& tensors, std::size_t size);

/// Returns the JSON text of a header. Throws ValueError if a text is not UTF-8.
std::string safetensors_header_text(const SafetensorsHeader& header);

}  // namespace minnow::inline MINNOW_PRECISION::detail
