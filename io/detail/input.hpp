#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION::detail {

/// The bytes of a file, or bytes in memory, read in any order. A file is not mapped: a file that another process
/// shortens is then an error, not a signal.
class Input {
 public:
  /// Opens a file. Throws DataError if it cannot be opened or is not a regular file.
  explicit Input(const std::filesystem::path& path);

  /// `bytes` must outlive the input.
  explicit Input(std::span<const std::byte> bytes);

  Input(Input&& other) noexcept;
  Input& operator=(Input&&) = delete;
  ~Input();

  std::size_t size() const { return size_; }

  /// Fills `bytes` from `offset` on. Throws DataError if the input has fewer bytes, or cannot be read.
  void read(std::size_t offset, std::span<std::byte> bytes) const;

  /// The path, or "the bytes in memory", for errors.
  const std::string& name() const { return name_; }

 private:
  int descriptor_ = -1;  // of the file; -1 for bytes in memory
  std::span<const std::byte> bytes_;
  std::size_t size_;
  std::string name_;
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
