#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/element_types.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/tensor_file.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 16;  // of elements that are converted at once

/// Walks over the elements of a strided tensor in row-major order.
class Positions {
 public:
  Positions(const Shape& shape, const std::vector<std::size_t>& strides)
      : shape_(shape), strides_(strides), index_(shape.size()) {}

  /// Returns the position of the current element and advances.
  std::size_t next() {
    const std::size_t position = position_;
    for (std::size_t axis = shape_.size(); axis-- > 0;) {
      position_ += strides_[axis];
      if (++index_[axis] < shape_[axis]) break;
      position_ -= strides_[axis] * shape_[axis];
      index_[axis] = 0;
    }
    return position;
  }

 private:
  const Shape& shape_;
  const std::vector<std::size_t>& strides_;
  std::vector<std::size_t> index_;
  std::size_t position_ = 0;
};

void reverse_elements(std::span<std::byte> bytes, std::size_t size) {
  for (std::size_t i = 0; i < bytes.size(); i += size) std::reverse(&bytes[i], &bytes[i] + size);
}

void read_elements(const Input& input, const TensorEntry& tensor, const TensorLocation& location,
                   std::span<Real> values) {
  if (values.empty()) return;
  const std::size_t size = element_size(tensor.type);
  const bool strided = !location.strides.empty();
  if (!strided && !location.big_endian && tensor.type == real_type)
    return input.read(location.offset, std::as_writable_bytes(values));
  std::vector<std::byte> range(strided ? (*last_element(tensor.shape, location.strides) + 1) * size : 0);
  input.read(location.offset, range);
  Positions positions(tensor.shape, location.strides);
  std::vector<std::byte> chunk(std::min(values.size() * size, chunk_bytes));
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t count = std::min(values.size() - done, chunk.size() / size);
    const std::span part = std::span(chunk).first(count * size);
    if (strided)
      for (std::size_t i = 0; i < count; ++i) std::memcpy(&part[i * size], &range[positions.next() * size], size);
    else
      input.read(location.offset + done * size, part);
    if (location.big_endian) reverse_elements(part, size);
    decode(part, tensor.type, values.subspan(done, count));
    done += count;
  }
}

}  // namespace

TensorFile::TensorFile(Input input, std::vector<TensorEntry> tensors, std::vector<TensorLocation> locations)
    : input_(std::move(input)), tensors_(std::move(tensors)), locations_(std::move(locations)) {
  by_name_.reserve(tensors_.size());
  for (const TensorEntry& tensor : tensors_) by_name_.push_back(&tensor);
  const auto name_of = [](const TensorEntry* tensor) -> const std::string& { return tensor->name; };
  std::ranges::sort(by_name_, {}, name_of);
  const auto twice = std::ranges::adjacent_find(by_name_, {}, name_of);
  if (twice != by_name_.end())
    throw DataError(
        format_text("{}: expected one tensor of each name, got two of {}.", name(), printable(shown((*twice)->name))));
}

const TensorEntry* TensorFile::find(std::string_view name) const {
  const auto found =
      std::lower_bound(by_name_.begin(), by_name_.end(), name,
                       [](const TensorEntry* tensor, std::string_view text) { return tensor->name < text; });
  return found != by_name_.end() && (*found)->name == name ? *found : nullptr;
}

void TensorFile::read(const TensorEntry& tensor, std::span<Real> values) const {
  const std::size_t bytes = *byte_count(tensor.type, tensor.shape), count = bytes / element_size(tensor.type);
  if (values.size() != count)
    throw ShapeError(format_text("{}: expected {} elements for {}, got {}.", name(), count,
                                 printable(shown(tensor.name)), values.size()));
  const TensorLocation& location = locations_[static_cast<std::size_t>(&tensor - tensors_.data())];
  if (location.compressed_size == 0) return read_elements(input_, tensor, location, values);
  std::vector<std::byte> compressed(location.compressed_size), elements(location.offset + bytes);
  input_.read(location.compressed_offset, compressed);
  try {
    inflate(compressed, elements);
  } catch (const DataError&) {
    throw DataError(format_text("{}: expected {} bytes of {}, got compressed data that is invalid.", name(), bytes,
                                printable(shown(tensor.name))));
  }
  read_elements(Input(elements), tensor, location, values);
}

std::optional<std::size_t> byte_count(ElementType type, const Shape& shape) {
  std::size_t count = element_size(type);
  bool empty = false;
  for (const std::size_t extent : shape) {
    empty = empty || extent == 0;
    if (extent != 0 && __builtin_mul_overflow(count, extent, &count)) return std::nullopt;
  }
  return empty ? 0 : count;
}

std::optional<std::size_t> last_element(const Shape& shape, const std::vector<std::size_t>& strides) {
  std::size_t last = 0, distance = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    if (__builtin_mul_overflow(shape[axis] - 1, strides[axis], &distance) ||
        __builtin_add_overflow(last, distance, &last))
      return std::nullopt;
  return last;
}

bool is_row_major(const Shape& shape, const std::vector<std::size_t>& strides) {
  std::size_t expected = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] != 1 && strides[axis] != expected) return false;
    expected *= shape[axis];
  }
  return true;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
