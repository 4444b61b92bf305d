#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/csv_source.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

std::string system_reason() { return std::generic_category().message(errno); }

}  // namespace

CsvSource::CsvSource(const std::filesystem::path& path, bool seekable) : name_("'" + printable(path.string()) + "'") {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | (seekable ? O_NONBLOCK : 0));
  if (descriptor_ < 0) throw DataError(format_text("{}: cannot be opened ({}).", name_, system_reason()));
  struct stat status;
  const bool readable = ::fstat(descriptor_, &status) == 0;
  seekable_ = readable && S_ISREG(status.st_mode);
  const char* fault = !readable                 ? "cannot be read"
                      : S_ISDIR(status.st_mode) ? "expected a CSV file, got a folder"
                      : seekable && !seekable_  ? "expected a regular file"
                                                : nullptr;
  if (fault != nullptr) {
    ::close(descriptor_);
    throw DataError(format_text("{}: {}.", name_, fault));
  }
  opened_ = version();
}

CsvSource::CsvSource(std::string_view text) : text_(text), name_("text in memory") {}

CsvSource::~CsvSource() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t CsvSource::read(std::size_t offset, std::span<char> out) const {
  if (descriptor_ < 0) {
    const std::string_view part = text_.substr(std::min(offset, text_.size()), out.size());
    std::copy(part.begin(), part.end(), out.begin());
    return part.size();
  }
  for (;;) {
    const ssize_t count = seekable_ ? ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset))
                                    : ::read(descriptor_, out.data(), out.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw DataError(format_text("{}: cannot be read ({}).", name_, system_reason()));
  }
}

bool CsvSource::is_ready() const {
  if (descriptor_ < 0 || seekable_) return true;
  pollfd request{descriptor_, POLLIN, 0};
  return ::poll(&request, 1, 0) != 0;
}

CsvSource::Version CsvSource::version() const {
  struct stat status;
  if (descriptor_ < 0 || !seekable_ || ::fstat(descriptor_, &status) != 0) return {};
  return {status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

void CsvSource::check_unchanged() const {
  if (version() != opened_)
    throw DataError(
        format_text("{}: expected the file that was opened, got a file that has changed. Open it again.", name_));
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
