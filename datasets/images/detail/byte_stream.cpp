#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/byte_stream.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <zlib.h>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace fs = std::filesystem;

class ByteStream::File {
 public:
  explicit File(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status)) throw DataError("not a regular file");
    size_ = fs::file_size(path, error);
    if (error) throw DataError(error.message());
    file_ = std::fopen(path.c_str(), "rb");
    if (file_ == nullptr) throw DataError(std::generic_category().message(errno));
  }
  ~File() { std::fclose(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::size_t read(std::span<std::uint8_t> out) {
    const std::size_t count = std::fread(out.data(), 1, out.size(), file_);
    if (std::ferror(file_) != 0) throw DataError(std::generic_category().message(errno));
    return count;
  }
  void rewind() { std::rewind(file_); }
  std::uintmax_t size() const { return size_; }

 private:
  std::FILE* file_ = nullptr;
  std::uintmax_t size_ = 0;
};

/// Decompresses the members of a gzip file (RFC 1952, section 2.2) and joins them. Zeros may follow the last member.
class ByteStream::Gzip {
 public:
  explicit Gzip(File& file) : file_(file) {
    constexpr int gzip_only = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) throw DataError("out of memory for decompression");
  }
  ~Gzip() { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::size_t read(std::span<std::uint8_t> out) {
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<unsigned>(out.size());
    while (stream_.avail_out > 0 && !ended_) {
      if (stream_.avail_in == 0 && !refill()) throw DataError("a truncated gzip stream");
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END)
        ended_ = !begin_member();
      else if (result != Z_OK && result != Z_BUF_ERROR)
        throw DataError(format_text("a damaged gzip stream ({})", stream_.msg == nullptr ? "zlib" : stream_.msg));
    }
    return out.size() - stream_.avail_out;
  }

 private:
  /// Prepares for the member that follows a complete member. Returns false if the file ends, or contains only zeros.
  bool begin_member() {
    constexpr std::array<std::uint8_t, 2> magic{0x1F, 0x8B};
    if (stream_.avail_in == 0 && !refill()) return false;
    if (*stream_.next_in == 0) {
      skip_zeros();
      return false;
    }
    if (stream_.avail_in == 1) refill_after_one();
    if (!std::equal(magic.begin(), magic.begin() + std::min(stream_.avail_in, 2u), stream_.next_in))
      throw DataError("a gzip stream followed by other data");
    inflateReset(&stream_);
    return true;
  }

  void skip_zeros() {
    do {
      const std::uint8_t* const end = stream_.next_in + stream_.avail_in;
      if (std::any_of<const std::uint8_t*>(stream_.next_in, end, [](std::uint8_t byte) { return byte != 0; }))
        throw DataError("a gzip stream followed by other data");
    } while (refill());
  }

  /// Reads the next block behind the single byte that is left of the current block.
  void refill_after_one() {
    packed_[0] = *stream_.next_in;
    stream_.next_in = packed_.data();
    stream_.avail_in += static_cast<unsigned>(file_.read(std::span(packed_).subspan(1)));
  }

  bool refill() {
    stream_.next_in = packed_.data();
    stream_.avail_in = static_cast<unsigned>(file_.read(packed_));
    return stream_.avail_in > 0;
  }

  File& file_;
  z_stream stream_{};
  bool ended_ = false;
  std::array<std::uint8_t, 1 << 16> packed_;
};

ByteStream::ByteStream(const fs::path& path) : file_(std::make_unique<File>(path)), max_size_(file_->size()) {
  std::array<std::uint8_t, 2> first{};
  const bool gzip = file_->read(first) == 2 && first[0] == 0x1F && first[1] == 0x8B;
  file_->rewind();
  if (!gzip) return;
  gzip_ = std::make_unique<Gzip>(*file_);
  constexpr std::uintmax_t max_ratio = 1032;  // of deflate
  max_size_ *= max_ratio;
}

ByteStream::~ByteStream() = default;

std::size_t ByteStream::read(std::span<std::uint8_t> out) { return gzip_ ? gzip_->read(out) : file_->read(out); }

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
