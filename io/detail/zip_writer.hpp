#pragma once

#include <minnow/io/output_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Writes a zip file of stored entries: fewer than 65,536, and 4 GiB in all.
class ZipWriter {
 public:
  explicit ZipWriter(const std::filesystem::path& path) : file_(path) {}

  /// Appends an entry whose bytes are those of `head` and `tail`.
  void add(std::string_view name, std::string_view head, std::span<const std::byte> tail);

  /// Writes the directory, and completes the file.
  void commit();

 private:
  OutputFile file_;
  std::string directory_;
  std::size_t offset_ = 0;
  std::uint16_t entries_ = 0;
};

/// Returns the CRC-32 of `bytes` (ISO 3309, as in zip and PNG) that continues the CRC-32 of the bytes before them.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace minnow::inline MINNOW_PRECISION::detail
