#include <minnow/core/error.hpp>

#include <apps/support/files_of_command.hpp>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <fmt/format.h>

using minnow::ValueError;

namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

/// Returns true if a run in this folder writes the file.
bool is_of_run(const fs::path& file, const fs::path& folder) {
  constexpr std::array names{"run.json",      "model.safetensors", "best.safetensors",   "history.csv",
                             "history.jsonl", "report.html",       "distributions.jsonl"};
  const std::string name = file.filename().string();
  return file.parent_path() == folder && (std::find(names.begin(), names.end(), name) != names.end() ||
                                          name.starts_with("step-") || name.starts_with("events.out."));
}

}  // namespace

FilesOfCommand::File FilesOfCommand::file_of(const std::string& option, const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  fs::path canonical = fs::weakly_canonical(whole, error);
  if (error) canonical = whole.lexically_normal();
  if (canonical.filename().empty()) canonical = canonical.parent_path();  // of "folder/"
  return {option, canonical, fs::is_directory(canonical, error)};
}

void FilesOfCommand::reads(const std::string& option, const std::optional<fs::path>& path) {
  if (path) read_.push_back(file_of(option, *path));
}

void FilesOfCommand::writes(const std::string& option, const std::optional<fs::path>& path) {
  if (path) written_.push_back(file_of(option, *path));
}

void FilesOfCommand::writes_run(const std::string& option, const std::optional<fs::path>& folder) {
  if (folder) run_ = file_of(option, *folder);
}

void FilesOfCommand::check() const {
  const auto refuse = [](const File& file, const char* expected, const File& other) {
    throw ValueError(
        fmt::format("{}: expected {} {}, got '{}'.", file.option, expected, other.option, file.path.string()));
  };
  for (std::size_t i = 0; i < written_.size(); ++i) {
    const File& output = written_[i];
    for (std::size_t j = 0; j < i; ++j)
      if (written_[j].path == output.path) refuse(output, "another file than", written_[j]);
    std::error_code error;
    for (const File& input : read_) {
      if (input.path == output.path) refuse(output, "another file than", input);
      if (input.is_folder && fs::is_regular_file(output.path, error) && is_inside(output.path, input.path))
        refuse(output, "a new name for a file in the folder of", input);
    }
  }
  if (!run_) return;
  for (const auto* files : {&read_, &written_})
    for (const File& file : *files)
      if (is_of_run(file.path, run_->path)) refuse(file, "another file than those of", *run_);
}
