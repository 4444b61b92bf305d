#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/history_files.hpp>
#include <minnow/training/detail/history_lines.hpp>

#include <cerrno>
#include <system_error>

namespace minnow::inline MINNOW_PRECISION {
namespace {

[[noreturn]] void refuse_history(const std::filesystem::path& path) {
  throw DataError(format_text("{}: cannot be written ({}).", path.string(), std::generic_category().message(errno)));
}

}  // namespace

HistoryFiles::HistoryFiles(const std::vector<std::filesystem::path>& paths, const History& history) {
  for (const std::filesystem::path& path : paths) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    if (file == nullptr) refuse_history(path);
    files_.push_back({path, std::unique_ptr<std::FILE, Close>(file)});
    write(files_.back(), history_text(history, is_json_lines(path)));
  }
}

void HistoryFiles::append(const History& history) {
  for (const Open& open : files_) write(open, history_line(history, history.size() - 1, is_json_lines(open.path)));
}

void HistoryFiles::write(const Open& open, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), open.file.get()) != text.size() || std::fflush(open.file.get()) != 0)
    refuse_history(open.path);
}

}  // namespace minnow::inline MINNOW_PRECISION
