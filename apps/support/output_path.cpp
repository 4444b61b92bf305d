#include <apps/support/output_path.hpp>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

std::string unreadable_file(const std::string& path) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  if (!is_folder && access(path.c_str(), R_OK) == 0) return {};
  return fmt::format("expected a file that can be read, got '{}' ({})", path,
                     std::generic_category().message(is_folder ? EISDIR : errno));
}

std::string unwritable_file(const std::string& text) {
  namespace fs = std::filesystem;
  const fs::path path(text), folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code error;
  if (path.filename().empty() || fs::is_directory(path, error))
    return fmt::format("expected the name of a file, got '{}'", text);
  if (!fs::is_directory(folder, error)) return fmt::format("expected a file in an existing folder, got '{}'", text);
  const bool exists = fs::exists(path, error);
  // A device is written as it is; a file appears in the folder under another name first.
  const bool is_file = !exists || fs::is_regular_file(path, error);
  if ((is_file && access(folder.c_str(), W_OK | X_OK) != 0) || (exists && access(path.c_str(), W_OK) != 0))
    return fmt::format("expected a file with permission to write, got '{}' ({})", text,
                       std::generic_category().message(errno));
  return {};
}

std::string unwritable_whole_file(const std::string& text) {
  std::error_code error;
  if (std::filesystem::exists(text, error) && !std::filesystem::is_directory(text, error) &&
      !std::filesystem::is_regular_file(text, error))
    return fmt::format("expected a regular file or a new name, got '{}'", text);
  return unwritable_file(text);
}
