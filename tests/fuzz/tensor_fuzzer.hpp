#pragma once

#include <minnow/core/error.hpp>
#include <minnow/io/tensor_reader.hpp>

#include <cstdlib>
#include <cstring>
#include <span>
#include <string>

namespace minnow::fuzz {

inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

/// Reads all tensors that are not large. A reader checks its list of tensors, so that no read may fail.
inline void read_all(const TensorReader& reader) {
  constexpr std::size_t largest = 1 << 16;
  std::size_t left = 100;
  for (const TensorEntry& tensor : reader.tensors()) {
    if (reader.find(tensor.name) != &tensor) std::abort();
    if (num_elements(tensor.shape) > largest) continue;
    if (reader.read(tensor).shape() != tensor.shape) std::abort();
    if (--left == 0) return;
  }
}

/// Returns true if `read` returns, and false if it throws a DataError of one line. Any other exception ends the
/// program.
template <class Read>
bool succeeds(Read read) {
  try {
    read();
    return true;
  } catch (const DataError& error) {
    const char* const text = error.what();
    if (*text == '\0' || std::strchr(text, '\n') != nullptr) std::abort();
    return false;
  }
}

}  // namespace minnow::fuzz
