#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/inflate.hpp>

#include <algorithm>

#include <zlib.h>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

/// Sets the next buffer of zlib, whose lengths have 32 bits, and shortens `rest` by it.
template <class Byte, class Target>
void set_buffer(std::span<Byte>& rest, Target*& next, uInt& available) {
  constexpr std::size_t most = std::size_t{1} << 30;
  const std::size_t count = std::min(rest.size(), most);
  next = const_cast<Target*>(reinterpret_cast<const Target*>(rest.data()));
  available = static_cast<uInt>(count);
  rest = rest.subspan(count);
}

}  // namespace

void inflate(std::span<const std::byte> compressed, std::span<std::byte> bytes) {
  if (bytes.empty()) return;
  const std::size_t size = bytes.size();
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw DataError("cannot start zlib.");  // without a header
  int result = Z_OK;
  while (result == Z_OK && (stream.avail_out != 0 || !bytes.empty())) {
    if (stream.avail_in == 0 && !compressed.empty()) set_buffer(compressed, stream.next_in, stream.avail_in);
    if (stream.avail_out == 0) set_buffer(bytes, stream.next_out, stream.avail_out);
    result = ::inflate(&stream, Z_NO_FLUSH);
  }
  const std::size_t missing = bytes.size() + stream.avail_out;
  ::inflateEnd(&stream);
  if (missing != 0) throw DataError(format_text("expected {} bytes, got invalid or shorter compressed data.", size));
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
