#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The files and folders that a command reads and writes.
class FilesOfCommand {
 public:
  /// Adds the path of an option. Without a path it adds nothing.
  void reads(const std::string& option, const std::optional<std::filesystem::path>& path);
  void writes(const std::string& option, const std::optional<std::filesystem::path>& path);

  /// Adds the files of a run in a folder: run.json, checkpoints, models, histories and reports.
  void writes_run(const std::string& option, const std::optional<std::filesystem::path>& folder);

  /// Throws ValueError, naming the two options, if a written file is also read or is written twice, or if it replaces a
  /// file in a folder that is read.
  void check() const;

 private:
  struct File {
    std::string option;
    std::filesystem::path path;  // absolute, without symbolic links
    bool is_folder;
  };
  static File file_of(const std::string& option, const std::filesystem::path& path);

  std::vector<File> read_, written_;
  std::optional<File> run_;
};
