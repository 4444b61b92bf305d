#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// The records of a zip file (PKWARE's APPNOTE.TXT, version 6.3, section 4.3).
namespace minnow::inline MINNOW_PRECISION::detail::zip {

constexpr std::uint32_t local_signature = 0x04034b50, entry_signature = 0x02014b50, end_signature = 0x06054b50,
                        end64_signature = 0x06064b50, locator64_signature = 0x07064b50;
constexpr std::size_t local_bytes = 30, entry_bytes = 46, end_bytes = 22, end64_bytes = 56, locator64_bytes = 20;
constexpr std::uint16_t stored = 0, deflated = 8;  // methods
constexpr std::uint16_t encrypted = 1;             // a flag
constexpr std::uint16_t zip64_field = 1;           // the extra field that contains values of 64 bits
constexpr std::uint32_t in_zip64_field = 0xffffffff;

/// Returns the little-endian number at a position of `bytes`.
template <class Number>
Number number(std::string_view bytes, std::size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// Appends a little-endian number.
template <class Number>
void append(std::string& bytes, Number value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace minnow::inline MINNOW_PRECISION::detail::zip
