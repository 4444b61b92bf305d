#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/byte_stream.hpp>
#include <minnow/datasets/images/idx.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

using detail::ByteStream;

std::uint32_t big_endian_extent(std::span<const std::uint8_t> bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// Reads the magic number (two zero bytes, 8 for unsigned bytes, number of axes) and one 32-bit extent per axis.
Shape read_header(ByteStream& stream, std::size_t dimensions) {
  std::array<std::uint8_t, 4 * 9> header{};
  const std::span<std::uint8_t> bytes(header.data(), 4 * (dimensions + 1));
  const std::size_t count = stream.read(bytes), magic = 0x800 + dimensions;
  if (count >= 4 && big_endian_extent(bytes) != magic)
    throw DataError(format_text("expected the magic number 0x{:08x} (unsigned bytes, {} {}), got 0x{:08x}", magic,
                                dimensions, dimensions == 1 ? "axis" : "axes", big_endian_extent(bytes)));
  if (count < bytes.size())
    throw DataError(format_text("expected a header of {} bytes, got a file of {} bytes", bytes.size(), count));
  Shape shape;
  for (std::size_t axis = 1; axis <= dimensions; ++axis) shape.push_back(big_endian_extent(bytes.subspan(4 * axis)));
  return shape;
}

/// Returns the number of values after the header. Throws DataError if it exceeds `max_count`, or if the shape is empty
/// and the product of its other extents exceeds the largest stride.
std::size_t count_values(const Shape& shape, std::uintmax_t max_count) {
  const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  const std::uintmax_t limit = empty ? std::numeric_limits<std::ptrdiff_t>::max() : max_count;
  std::uintmax_t count = 1;
  for (const std::size_t extent : shape) {
    if (extent == 0) continue;
    if (count > limit / extent)
      throw DataError(format_text("expected a shape of at most {} values{}, got {}", limit,
                                  empty ? "" : ", the limit for a file of this size", to_string(shape)));
    count *= extent;
  }
  return empty ? 0 : static_cast<std::size_t>(count);
}

Tensor read_values(ByteStream& stream, std::size_t dimensions) {
  const Shape shape = read_header(stream, dimensions);
  const std::size_t count = count_values(shape, stream.max_size());
  Tensor tensor;
  resize(tensor, shape);
  std::vector<std::uint8_t> buffer(1 << 16);
  for (std::size_t done = 0; done < count;) {
    const std::size_t got = stream.read(std::span(buffer).first(std::min(buffer.size(), count - done)));
    if (got == 0)
      throw DataError(format_text("expected {} bytes after the header for {}, got {}", count, to_string(shape), done));
    std::copy_n(buffer.begin(), got, tensor.data() + done);
    done += got;
  }
  if (stream.read(std::span(buffer).first(1)) != 0)
    throw DataError(format_text("expected {} bytes after the header for {}, got more", count, to_string(shape)));
  return tensor;
}

}  // namespace

Tensor read_idx(const std::filesystem::path& path, std::size_t dimensions) try {
  if (dimensions < 1 || dimensions > 8)
    throw ValueError(format_text("read_idx: expected 1 to 8 axes, got {}.", dimensions));
  ByteStream stream(path);
  return read_values(stream, dimensions);
} catch (const DataError& error) {
  const std::string reason = error.what();
  throw DataError(format_text("read_idx: '{}': {}{}.", path.string(),
                              reason.starts_with("expected ") ? "" : "expected an IDX file, got: ", reason));
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
