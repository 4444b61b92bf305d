#pragma once

#include <minnow/core/precision.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Reads a file in sequence, decompressed if it is a gzip file. The members of a gzip file are joined.
class ByteStream {
 public:
  /// Throws DataError if the file cannot be opened; the message is the reason, without the file's name.
  explicit ByteStream(const std::filesystem::path& path);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Fills `out` and returns the number of bytes read, which is smaller than out.size() only at the end. Throws
  /// DataError if the file cannot be read, or if its gzip stream is damaged or followed by data other than zeros.
  std::size_t read(std::span<std::uint8_t> out);

  /// Returns an upper bound of the total number of bytes: the file's size, times the largest compression ratio of gzip
  /// if the file is compressed.
  std::uintmax_t max_size() const { return max_size_; }

 private:
  class File;
  class Gzip;
  std::unique_ptr<File> file_;
  std::unique_ptr<Gzip> gzip_;  // null if the file is not compressed
  std::uintmax_t max_size_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
