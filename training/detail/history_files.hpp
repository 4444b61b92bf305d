#pragma once

#include <minnow/training/history.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Files to which the rows of a History are appended as they are measured.
class HistoryFiles {
 public:
  /// Writes the rows so far. Replaces existing files. Throws DataError if a file cannot be written.
  HistoryFiles(const std::vector<std::filesystem::path>& paths, const History& history);

  /// Appends the last row to each file, and flushes it. Throws DataError if a file cannot be written.
  void append(const History& history);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Open {
    std::filesystem::path path;
    std::unique_ptr<std::FILE, Close> file;
  };
  static void write(const Open& open, const std::string& text);

  std::vector<Open> files_;
};

}  // namespace minnow::inline MINNOW_PRECISION
