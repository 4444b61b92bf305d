#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// The bytes of a file, of a pipe, or of a text in memory. Reading is const and thread-safe. A file is not mapped: a
/// file that another process shortens is then an error, not a signal.
class CsvSource {
 public:
  /// Throws DataError if the path cannot be opened, is a folder, or, if `seekable`, is not a regular file.
  CsvSource(const std::filesystem::path& path, bool seekable);

  /// The text must outlive the source.
  explicit CsvSource(std::string_view text);

  CsvSource(const CsvSource&) = delete;
  CsvSource& operator=(const CsvSource&) = delete;
  ~CsvSource();

  /// Reads bytes from `offset` on and returns their number, at most out.size(); 0 at the end. A pipe returns the next
  /// bytes as soon as there are some. Throws DataError if the bytes cannot be read.
  std::size_t read(std::size_t offset, std::span<char> out) const;

  /// Returns false if read() would wait for the writer of a pipe.
  bool is_ready() const;

  /// Throws DataError if the file has changed since it was opened.
  void check_unchanged() const;

  /// "'iris.csv'", or "text in memory", for errors.
  const std::string& name() const { return name_; }

 private:
  struct Version {
    std::int64_t size = 0, seconds = 0, nanoseconds = 0;  // of the last change
    bool operator==(const Version&) const = default;
  };
  Version version() const;

  int descriptor_ = -1;  // -1 for a text in memory
  bool seekable_ = true;
  std::string_view text_;
  std::string name_;
  Version opened_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
