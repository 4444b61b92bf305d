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
    write_history(history, path);
    std::FILE* const file = std::fopen(path.c_str(), "a");
    if (file == nullptr) refuse_history(path);
    files_.push_back({path, std::unique_ptr<std::FILE, Close>(file)});
  }
}

void HistoryFiles::append(const History& history) {
  for (const Open& open : files_) {
    const std::string line = history_line(history, history.size() - 1, is_json_lines(open.path));
    if (std::fwrite(line.data(), 1, line.size(), open.file.get()) != line.size() || std::fflush(open.file.get()) != 0)
      refuse_history(open.path);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
