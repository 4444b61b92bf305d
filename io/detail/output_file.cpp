#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/output_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

/// The permissions of the file at `path`; those of a new file if there is none.
mode_t permissions(const std::filesystem::path& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & 0777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

void sync_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (descriptor < 0)
    return;  // a folder that can be written but not read: the rename is done, and the file is complete
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  if (const auto target = std::filesystem::canonical(path, error); !error) path_ = target;
  if (std::filesystem::exists(path_, error) && !std::filesystem::is_regular_file(path_, error))
    throw DataError(format_text("{}: expected a regular file or a new name.", path.string()));
  temporary_ = path_.string() + ".XXXXXX";
  descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail();
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void OutputFile::fail() const {
  throw DataError(format_text("{}: cannot be written ({}).", path_.string(), std::generic_category().message(errno)));
}

void OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    constexpr std::size_t most = std::size_t{1} << 30;  // Linux writes less than 2 GiB at once
    const ssize_t count = ::write(descriptor_, bytes.data(), std::min(bytes.size(), most));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail();
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void OutputFile::commit() {
  if (::fchmod(descriptor_, permissions(path_)) != 0 || ::fsync(descriptor_) != 0 ||
      std::rename(temporary_.c_str(), path_.c_str()) != 0)
    fail();
  ::close(descriptor_);
  descriptor_ = -1;
  sync_folder(path_);
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
