#pragma once

#include <minnow/core/precision.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// The content of a file, one piece after the other, unpacked if it is a gzip file.
class ByteStream {
 public:
  /// Throws DataError with a phrase that says why, without the file's name.
  explicit ByteStream(const std::filesystem::path& path);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Fills `out` and returns how many bytes there were, fewer than asked for only at the end. Throws DataError when the
  /// file cannot be read or its gzip stream is damaged or followed by something else.
  std::size_t read(std::span<std::uint8_t> out);

  /// No more bytes than this can come: the file's length, or what gzip could make of that length at best.
  std::uintmax_t at_most() const { return at_most_; }

 private:
  class File;
  class Gzip;
  std::unique_ptr<File> file_;
  std::unique_ptr<Gzip> gzip_;  // if it is one
  std::uintmax_t at_most_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
