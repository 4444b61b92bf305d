#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Writes a file that appears under its name only when it is complete. The bytes go to a temporary file in the same
/// folder. commit() syncs it, renames it, and syncs the folder. Without commit() the destructor deletes it. An existing
/// file keeps its content until commit(), and its permissions after it; a symbolic link is followed.
class MINNOW_API OutputFile {
 public:
  /// Throws DataError if the temporary file cannot be created, or if `path` exists and is not a regular file.
  explicit OutputFile(const std::filesystem::path& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Appends bytes. Throws DataError if they cannot be written.
  void write(std::span<const std::byte> bytes);

  /// Throws DataError if a step fails; the old file is then unchanged.
  void commit();

 private:
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace minnow::inline MINNOW_PRECISION
