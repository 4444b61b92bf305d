#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/npy_format.hpp>
#include <minnow/io/detail/zip_format.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

[[noreturn]] void refuse_array(const std::string& got) { throw ValueError(got); }

/// Parses the Python dict of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  void parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr")
        descr = quoted();
      else if (key == "fortran_order")
        fortran_order = boolean();
      else if (key == "shape")
        parse_shape();
      else
        refuse_array(format_text("an array with the header field {}", key));
      if (accept('}')) break;
      expect(',');
    }
    if (!descr || !fortran_order || !shape) refuse_array("an array without descr, fortran_order and shape");
  }

  std::optional<std::string_view> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;

 private:
  void parse_shape() {
    shape.emplace();
    expect('(');
    while (!accept(')')) {
      std::size_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc()) refuse_array("an array with an invalid shape");
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      accept('L');  // of Python 2
      if (shape->size() == max_axes) refuse_array(format_text("an array of more than {} axes", max_axes));
      shape->push_back(extent);
      if (accept(')')) break;
      expect(',');
    }
  }

  void skip_spaces() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n')) text_.remove_prefix(1);
  }

  /// Returns true and skips `c` and spaces if it is the next character.
  bool accept(char c) {
    skip_spaces();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    skip_spaces();
    return true;
  }

  void expect(char c) {
    if (!accept(c)) refuse_array(format_text("an array with a header that lacks {}", c));
  }

  std::string_view quoted() {
    const char quote = !text_.empty() && text_.front() == '"' ? '"' : '\'';
    if (text_.empty() || text_.front() != quote) refuse_array("an array of records or with an invalid header");
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) refuse_array("an array with a header that is cut off");
    const std::string_view content = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return content;
  }

  bool boolean() {
    for (const bool value : {false, true})
      if (const std::string_view name = value ? "True" : "False"; text_.starts_with(name))
        return text_.remove_prefix(name.size()), value;
    refuse_array("an array with an invalid fortran_order");
  }

  std::string_view text_;
};

/// Returns the type of an array: "f4" of "<f4".
ElementType type_of(std::string_view descr) {
  struct Type {
    char name[4];
    ElementType type;
  };
  constexpr Type types[] = {{"f2", ElementType::f16},     {"f4", ElementType::f32}, {"f8", ElementType::f64},
                            {"b1", ElementType::boolean}, {"i1", ElementType::i8},  {"i2", ElementType::i16},
                            {"i4", ElementType::i32},     {"i8", ElementType::i64}, {"u1", ElementType::u8},
                            {"u2", ElementType::u16},     {"u4", ElementType::u32}, {"u8", ElementType::u64}};
  if (!descr.empty() && std::string_view("<>|=").find(descr.front()) != std::string_view::npos)
    for (const Type& type : types)
      if (descr.substr(1) == type.name) return type.type;
  refuse_array(format_text("an array of the type {}", descr.substr(0, 100)));
}

/// Returns the text of the header.
std::string_view header_text(std::string_view head) {
  if (!head.starts_with(magic) || head.size() < 10) refuse_array("another file");
  const int version = head[magic.size()];
  const std::size_t prefix = version == 1 ? 10 : 12;
  if (version < 1 || version > 3) refuse_array(format_text("version {} of the format", version));
  if (head.size() < prefix) refuse_array("an array with a header that is cut off");
  const std::size_t length = version == 1 ? zip::number<std::uint16_t>(head, 8) : zip::number<std::uint32_t>(head, 8);
  if (length > head.size() - prefix) refuse_array(format_text("an array with a header of {} bytes", length));
  return head.substr(prefix, length);
}

}  // namespace

NpyArray parse_npy(std::string_view head, std::size_t size, std::size_t offset) {
  const std::string_view text = header_text(head);
  HeaderParser header(text);
  header.parse();
  NpyArray array{{{}, type_of(*header.descr), std::move(*header.shape)}, {}};
  const std::size_t first = static_cast<std::size_t>(text.end() - head.begin());
  const Shape& shape = array.tensor.shape;
  const std::optional<std::size_t> bytes = byte_count(array.tensor.type, shape);
  if (bytes != size - first)
    refuse_array(
        format_text("{} bytes for an array {} {}", size - first, to_string(array.tensor.type), to_string(shape)));
  array.location.offset = offset + first;
  array.location.big_endian = header.descr->front() == '>';
  if (*header.fortran_order && *bytes != 0) {
    std::vector<std::size_t> strides;
    std::size_t stride = 1;
    for (const std::size_t extent : shape) strides.push_back(std::exchange(stride, stride * extent));
    if (!is_row_major(shape, strides)) array.location.strides = std::move(strides);
  }
  return array;
}

std::string npy_header_text(const Shape& shape) {
  std::string text = format_text("{{'descr': '<f{}', 'fortran_order': False, 'shape': (", sizeof(Real));
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    text += std::to_string(shape[axis]) + (axis + 1 < shape.size() ? ", " : shape.size() == 1 ? "," : "");
  text += "), }";
  constexpr std::size_t prefix = 10, alignment = 64;
  text.append(alignment - 1 - (prefix + text.size()) % alignment, ' ');
  text += '\n';
  std::string header(magic);
  header.append("\x01\0", 2);
  zip::append(header, static_cast<std::uint16_t>(text.size()));
  return header + text;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
