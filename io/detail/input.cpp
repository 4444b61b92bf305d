#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/input.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

std::string reason() { return std::generic_category().message(errno); }

}  // namespace

Input::Input(const std::filesystem::path& path) : size_(0), name_(path.string()) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // does not wait for the writer of a pipe
  if (descriptor_ < 0) throw DataError(format_text("{}: cannot be opened ({}).", name_, reason()));
  struct stat status;
  const bool regular = ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular) {
    ::close(descriptor_);
    throw DataError(format_text("{}: expected a regular file.", name_));
  }
  size_ = static_cast<std::size_t>(status.st_size);
}

Input::Input(std::span<const std::byte> bytes) : bytes_(bytes), size_(bytes.size()), name_("the bytes in memory") {}

Input::Input(Input&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(other.bytes_),
      size_(other.size_),
      name_(std::move(other.name_)) {}

Input::~Input() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Input::read(std::size_t offset, std::span<std::byte> bytes) const {
  if (offset > size_ || bytes.size() > size_ - offset)
    throw DataError(format_text("{}: expected {} bytes from byte {} on, got a size of {}. The file was cut off.", name_,
                                bytes.size(), offset, size_));
  if (bytes.empty()) return;
  if (descriptor_ < 0) {
    std::memcpy(bytes.data(), bytes_.data() + offset, bytes.size());
    return;
  }
  while (!bytes.empty()) {
    constexpr std::size_t most = std::size_t{1} << 30;  // Linux reads less than 2 GiB at once
    const ssize_t count = ::pread(descriptor_, bytes.data(), std::min(bytes.size(), most), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw DataError(format_text("{}: cannot be read ({}).", name_, reason()));
    if (count == 0) throw DataError(format_text("{}: ended at byte {} while it was read.", name_, offset));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
