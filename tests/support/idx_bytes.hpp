#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

namespace minnow::test {

using Bytes = std::vector<std::uint8_t>;

/// Returns the bytes of an IDX file: magic number and extents, big-endian, then the values.
inline Bytes idx(std::uint32_t magic, const std::vector<std::uint32_t>& extents, const Bytes& values) {
  Bytes bytes;
  const auto append = [&](std::uint32_t number) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  append(magic);
  for (const std::uint32_t extent : extents) append(extent);
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

inline void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace minnow::test
