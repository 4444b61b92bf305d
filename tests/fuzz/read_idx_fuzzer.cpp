// read_idx returns a tensor of the claimed number of axes or throws a DataError of one line. A file that is compressed,
// in two members, must give the same result as the file itself.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/idx.hpp>

#include <tests/datasets/images/gzip_bytes.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A file in memory, with a path.
class MemoryFile {
 public:
  MemoryFile() : file_(::memfd_create("idx", 0)), path_("/proc/self/fd/" + std::to_string(file_)) {}
  const std::filesystem::path& write(const Bytes& bytes) {
    if (::ftruncate(file_, 0) != 0 ||
        ::pwrite(file_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      std::abort();
    return path_;
  }

 private:
  int file_;
  std::filesystem::path path_;
};

std::optional<minnow::Tensor> read(const Bytes& bytes, std::size_t dimensions) {
  static MemoryFile file;
  try {
    const minnow::Tensor tensor = minnow::datasets::read_idx(file.write(bytes), dimensions);
    if (tensor.dimension() != dimensions) std::abort();
    for (const auto value : tensor)
      if (!(value >= 0 && value <= 255)) std::abort();
    return tensor;
  } catch (const minnow::DataError& error) {
    const std::string text = error.what();
    if (text.empty() || text.find('\n') != std::string::npos) std::abort();
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t dimensions = 1 + data[0] % 8, split = data[1];
  const Bytes bytes(data + 2, data + size);
  const auto plain = read(bytes, dimensions);
  if (bytes.size() >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B) return 0;

  const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(split, bytes.size()));
  Bytes packed = minnow::test::gzip({bytes.begin(), middle});
  const Bytes second = minnow::test::gzip({middle, bytes.end()});
  packed.insert(packed.end(), second.begin(), second.end());
  packed.resize(packed.size() + split % 3);  // zeros
  const auto unpacked = read(packed, dimensions);
  if (plain.has_value() != unpacked.has_value() || (plain && *plain != *unpacked)) std::abort();
  return 0;
}
