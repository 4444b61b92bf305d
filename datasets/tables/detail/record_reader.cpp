#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

constexpr std::size_t smallest_block = 4 << 10, largest_block = 256 << 10;
constexpr std::size_t padding = CellReader::padding;  // bytes of the buffer behind the text
constexpr unsigned char ordinary = 0, special = 1, high = 2;

// Eight bytes of text at once. Each byte of a mask is 0x80 or 0.
constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;

/// Returns the mask of the bytes that are equal.
std::uint64_t equal_bytes(std::uint64_t word, unsigned char byte) {
  const std::uint64_t difference = word ^ (ones * byte);
  return ~(((difference & ~highs) + ~highs) | difference) & highs;
}

/// Returns a word that is 0 unless a byte is a quote, a NUL, a carriage return, or no ASCII.
std::uint64_t unusual_bytes(std::uint64_t word) {
  const auto has_zero = [](std::uint64_t w) { return (w - ones) & ~w; };
  return (has_zero(word) | has_zero(word ^ (ones * '"')) | has_zero(word ^ (ones * '\r')) | word) & highs;
}

/// Returns the first occurrence of a byte, or null if there is none.
const char* find_byte(const char* begin, std::size_t size, char byte) {
  return static_cast<const char*>(std::memchr(begin, byte, size));
}

}  // namespace

RecordReader::RecordReader(const CsvSource& source, std::size_t longest, char delimiter)
    : source_(source), longest_(longest), buffer_(padding), block_(largest_block) {
  set_delimiter(delimiter);
}

void RecordReader::set_delimiter(char delimiter) {
  delimiter_ = delimiter;
  kinds_.fill(ordinary);
  std::fill(kinds_.begin() + 0x80, kinds_.end(), high);
  for (const char c : {delimiter, '"', '\0', '\r', '\n'}) kinds_[static_cast<unsigned char>(c)] = special;
}

void RecordReader::seek(RecordPosition position) {
  next_line_ = position.line;
  if (position.offset >= buffer_offset_ + at_ && position.offset <= buffer_offset_ + filled_) {
    at_ = position.offset - buffer_offset_;
    return;
  }
  buffer_offset_ = position.offset;
  at_ = filled_ = 0;
  ended_ = false;
  block_ = smallest_block;
}

/// Appends a block to the buffer. Returns false at the end of the source.
bool RecordReader::fill() {
  if (ended_) return false;
  std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
  buffer_offset_ += at_;
  filled_ -= at_;
  at_ = 0;
  const std::size_t added = std::max(block_, filled_);  // of a long record, twice as much each time
  if (buffer_.size() < filled_ + added + padding) buffer_.resize(filled_ + added + padding);
  const std::size_t count = source_.read(buffer_offset_ + filled_, {buffer_.data() + filled_, added});
  filled_ += count;
  block_ = std::min(2 * block_, largest_block);
  ended_ = count == 0;
  return !ended_;
}

void RecordReader::skip_byte_order_mark() {
  while (filled_ < 3 && !has_complete_record() && fill()) continue;
  const std::string_view start(buffer_.data(), std::min<std::size_t>(filled_, 3));
  if (start == "\xEF\xBB\xBF") at_ = 3;
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF"))
    throw DataError(format_text("{}: expected text in UTF-8, got UTF-16. Convert the file.", source_.name()));
}

RecordReader::Extent RecordReader::extent_of(std::string_view text) {
  const char* newline = find_byte(text.data(), text.size(), '\n');
  const std::size_t line = newline == nullptr ? text.size() : static_cast<std::size_t>(newline - text.data()) + 1;
  if (line == 0 || find_byte(text.data(), line, '"') == nullptr) return {line, 1, newline != nullptr, false};
  Extent extent;
  for (const char c : text) {
    ++extent.size;
    if (c == '"') extent.quoted = !extent.quoted;
    if (c != '\n') continue;
    ++extent.lines;
    if (!extent.quoted) {
      extent.complete = true;
      return extent;
    }
  }
  return extent;
}

/// Finds the next line or, with quotes, lines. Returns false at the end.
bool RecordReader::find_record() {
  if (buffer_offset_ + at_ == 0) skip_byte_order_mark();
  Extent extent;
  for (;;) {
    extent = extent_of({buffer_.data() + at_, filled_ - at_});
    if (extent.complete || extent.size > longest_ + 2 || !fill()) break;  // fill() moves the record to the front
  }
  begin_ = at_;
  end_ = at_ + extent.size;
  position_ = {buffer_offset_ + at_, next_line_};
  if (extent.size > longest_ + 2) {  // the end of the line does not count
    if (extent.quoted) parse();
    fail_too_long();
  }
  if (extent.size == 0) return false;
  at_ += extent.size;
  next_line_ += extent.lines;
  if (extent.complete) --end_;
  if (end_ > begin_ && buffer_[end_ - 1] == '\r') --end_;
  return true;
}

bool RecordReader::is_blank() const {
  const std::string_view record = text();
  return std::all_of(record.begin(), record.end(), [](char c) { return c == ' '; });
}

bool RecordReader::next() {
  while (find_record())
    if (!is_blank()) return true;
  return false;
}

std::vector<std::string> RecordReader::peek(std::size_t most) {
  std::vector<std::string> records;
  if (!next()) return records;
  const RecordPosition first = position_;
  records.emplace_back(text());
  while (records.size() < most && has_complete_record() && find_record())  // does not fill the buffer
    if (!is_blank()) records.emplace_back(text());
  at_ = first.offset - buffer_offset_;
  next_line_ = first.line;
  return records;
}

bool RecordReader::has_complete_record() const { return extent_of({buffer_.data() + at_, filled_ - at_}).complete; }

bool RecordReader::is_ready() const { return ended_ || has_complete_record() || source_.is_ready(); }

void RecordReader::add_plain_cell(const char* begin, const char* end) {
  while (begin != end && *begin == ' ') ++begin;
  while (begin != end && end[-1] == ' ') --end;
  texts_.emplace_back(begin, static_cast<std::size_t>(end - begin));
}

/// Splits a record of ASCII without quotes, eight bytes at a time. Returns false for other records.
bool RecordReader::split_plain() {
  if constexpr (std::endian::native != std::endian::little) return false;
  const char* const end = buffer_.data() + end_;
  const char* cell = buffer_.data() + begin_;
  const auto delimiter = static_cast<unsigned char>(delimiter_);
  for (const char* p = cell; p < end; p += 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    if (end - p < 8) word = word << (64 - 8 * (end - p)) >> (64 - 8 * (end - p)) | ones * ' ' << (8 * (end - p));
    if (unusual_bytes(word) != 0) return false;
    for (std::uint64_t found = equal_bytes(word, delimiter); found != 0; found &= found - 1) {
      const char* const at = p + std::countr_zero(found) / 8;
      add_plain_cell(cell, at);
      cell = at + 1;
    }
  }
  add_plain_cell(cell, end);
  return true;
}

const std::vector<std::string_view>& RecordReader::parse() {
  texts_.clear();
  if (split_plain()) return texts_;
  texts_.clear();
  has_high_bytes_ = false;
  char *p = buffer_.data() + begin_, *const end = buffer_.data() + end_;
  *end = '\n';  // ends the loop of plain_cell
  for (;; ++p) {
    while (*p == ' ') ++p;
    p = *p == '"' ? quoted_cell(p, end) : plain_cell(p, end);
    if (p == end) break;
  }
  if (has_high_bytes_)
    for (std::size_t i = 0; i < texts_.size(); ++i)
      if (!is_utf8(texts_[i])) {
        const std::string shown = quoted_cell_text(texts_[i]);
        texts_.resize(i);
        fail(format_text("expected text in UTF-8, got {}. Convert the file", shown));
      }
  return texts_;
}

/// Appends the cell that starts at p, and returns its end: the delimiter or the end of the record.
char* RecordReader::plain_cell(char* p, char* end) {
  char* const start = p;
  for (;; ++p) {
    while (kinds_[static_cast<unsigned char>(*p)] == ordinary) ++p;
    if (p == end || *p == delimiter_) break;
    if (kinds_[static_cast<unsigned char>(*p)] == high)
      has_high_bytes_ = true;
    else
      fail(*p == '"' ? "expected a quote at the start of a cell only, got a quote within a cell. Put quotes around the "
                       "cell, and write the quote twice"
           : *p == 0 ? "expected text, got a NUL byte"
                     : "expected lines that end with LF or CRLF, got a carriage return within a line");
  }
  add_plain_cell(start, p);
  return p;
}

/// The same for a cell in quotes; writes its text without the quotes over it.
char* RecordReader::quoted_cell(char* p, char* end) {
  char *const start = ++p, *out = start;
  for (;; ++p) {
    if (p == end) fail("expected a closing quote of this cell, got none");
    if (*p == '"') {
      ++p;
      if (p == end || *p != '"') break;
    }
    if (*p == 0) fail("expected text, got a NUL byte");
    has_high_bytes_ = has_high_bytes_ || static_cast<unsigned char>(*p) >= 0x80;
    *out++ = *p;
  }
  while (p != end && *p == ' ') ++p;
  if (p != end && *p != delimiter_)
    fail("expected the end of the cell after its closing quote, got more text. Write a quote within a cell twice");
  texts_.emplace_back(start, static_cast<std::size_t>(out - start));
  return p;
}

std::span<const TableCell> RecordReader::read_cells(const CellReader& cells) {
  cells_.clear();
  for (const std::string_view text : texts_) cells_.push_back(cells.read_padded(text));
  return cells_;
}

void RecordReader::fail(const std::string& what) const {
  throw DataError(format_text("{}: {}.", place(source_.name(), position_.line, texts_.size() + 1), what));
}

void RecordReader::fail_too_long() {
  throw DataError(
      format_text("{}, line {}: expected rows of at most {} bytes, got a longer row. Check the ends of the lines, or "
                  "set longest_row.",
                  source_.name(), position_.line, longest_));
}

std::string place(std::string_view source, std::size_t line, std::size_t column) {
  return format_text("{}, line {}, column {}", source, line, column);
}

std::string place(std::string_view source, std::size_t line, std::size_t column, std::string_view name) {
  return format_text("{} ({})", place(source, line, column), quoted_cell_text(name));
}

std::string quoted_cell_text(std::string_view cell) {
  constexpr std::size_t longest = 40;
  if (cell.size() <= longest) return "'" + printable(cell) + "'";
  std::size_t size = longest;
  while (size + 3 > longest && (static_cast<unsigned char>(cell[size]) & 0xC0u) == 0x80) --size;
  return "'" + printable(cell.substr(0, size)) + "...'";
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
