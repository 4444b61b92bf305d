#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/output_file.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Creates a new file beside `path` and stores its name. Returns the descriptor; -1 if it cannot be created.
int create_beside(const std::filesystem::path& path, std::string& name) {
  static std::atomic<unsigned> count{0};
  constexpr int attempts = 100;  // a file of this name may remain from a process that was killed
  int descriptor = -1;
  for (int i = 0; i < attempts && descriptor < 0; ++i) {
    name = (path.parent_path() / format_text("minnow-{}-{}.tmp", ::getpid(), count++)).string();
    descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);  // the umask applies
    if (descriptor < 0 && errno != EEXIST) break;
  }
  return descriptor;
}

/// Returns the path that symbolic links lead to; a file of this name need not exist.
std::filesystem::path followed(std::filesystem::path path) {
  constexpr int most = 40;  // as in Linux
  std::error_code error;
  for (int i = 0; i < most; ++i) {
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / target;
  }
  return path;
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

OutputFile::OutputFile(const std::filesystem::path& path) : path_(followed(path)) {
  std::error_code error;
  if (std::filesystem::is_symlink(path_, error)) {
    errno = ELOOP;
    fail();
  }
  if (std::filesystem::exists(path_, error) && !std::filesystem::is_regular_file(path_, error))
    throw DataError(format_text("{}: expected a regular file or a new name.", path.string()));
  descriptor_ = create_beside(path_, temporary_);
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
  struct stat old;
  const bool replaces = ::stat(path_.c_str(), &old) == 0;
  if ((replaces && ::fchmod(descriptor_, old.st_mode & 0777) != 0) || ::fsync(descriptor_) != 0 ||
      std::rename(temporary_.c_str(), path_.c_str()) != 0)
    fail();
  ::close(descriptor_);
  descriptor_ = -1;
  sync_folder(path_);
}

}  // namespace minnow::inline MINNOW_PRECISION
