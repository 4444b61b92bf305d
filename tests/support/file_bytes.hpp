#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Returns the bytes of a file.
inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

/// Returns a number of `count` bytes, little-endian.
inline std::string little_endian(std::uint64_t number, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(i < 8 ? number >> (8 * i) & 0xff : 0);
  return bytes;
}

struct ZippedFile {
  std::string name, bytes;
  int method = 0;               // of compression
  std::string unpacked_size{};  // of 4 bytes, if it is not the number of bytes
};

/// Returns a zip file without checksums.
inline std::string zip_of(const std::vector<ZippedFile>& files) {
  std::string zip, directory;
  for (const auto& [name, bytes, method, unpacked_size] : files) {
    const std::string fields = little_endian(0, 2) + little_endian(static_cast<std::uint64_t>(method), 2) +
                               little_endian(0, 8) + little_endian(bytes.size(), 4) +
                               (unpacked_size.empty() ? little_endian(bytes.size(), 4) : unpacked_size) +
                               little_endian(name.size(), 2) + little_endian(0, 2);
    directory += "PK\1\2" + little_endian(20, 2) + little_endian(20, 2) + fields + little_endian(0, 10) +
                 little_endian(zip.size(), 4) + name;
    zip += "PK\3\4" + little_endian(20, 2) + fields + name + bytes;
  }
  return zip + directory + "PK\5\6" + little_endian(0, 4) + little_endian(files.size(), 2) +
         little_endian(files.size(), 2) + little_endian(directory.size(), 4) + little_endian(zip.size(), 4) +
         little_endian(0, 2);
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
