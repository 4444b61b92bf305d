#include <minnow/datasets/tables/detail/cell_reader.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <system_error>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

constexpr std::string_view usual_missing[] = {"",     "?",    "NA",   "N/A",  "n/a",  "#N/A", "<NA>", "NaN", "nan",
                                              "-nan", "-NaN", "NULL", "Null", "null", "None", "none", "NaT"};

bool contains(const auto& texts, std::string_view text) {
  return std::find(std::begin(texts), std::end(texts), text) != std::end(texts);
}

constexpr std::uint64_t bytes_of(unsigned char byte) { return byte * std::uint64_t{0x0101010101010101}; }

/// Returns a word whose first n bytes, n <= 8, are 0xFF.
std::uint64_t first_bytes(std::size_t n) { return n == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * n) - 1; }

/// Returns the value of eight digits (Lemire, "Number parsing at a gigabyte per second", 2021).
std::uint64_t value_of_digits(std::uint64_t word) {
  word -= bytes_of('0');
  word = word * 10 + (word >> 8);
  constexpr std::uint64_t mask = 0x000000FF000000FF;
  return ((word & mask) * 0x000F424000000064 + (word >> 16 & mask) * 0x0000271000000001) >> 32;
}

bool are_digits(std::uint64_t word) {
  return (((word + bytes_of(0x46)) | (word - bytes_of('0'))) & bytes_of(0x80)) == 0;
}

/// Returns true if the text of a number that is out of range is too small, not too large.
bool underflows(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) return text.substr(exponent + 1).starts_with('-');
  return text.find_first_of("123456789") > text.find('.');
}

/// Reads a number such as "-12.5" whose digits are an integer up to 2^53. The integer and the power of ten are exact
/// doubles, so their quotient is the nearest double (Clinger, "How to read floating point numbers accurately", 1990).
/// Eight characters are read at once, without a branch for each. Returns false for other texts.
bool read_short_number(std::string_view text, bool padded, double& number) {
  static constexpr std::uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
  static constexpr double divisors[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                        1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
  constexpr std::size_t longest = 17;  // a point and 16 digits
  const bool negative = text.starts_with('-');
  if (std::endian::native != std::endian::little || text.size() > longest + negative) return false;
  std::uint64_t integer = 0;
  std::size_t digits = 0, decimals = 0;
  bool has_point = false;
  for (std::size_t at = negative; at < text.size(); at += 8) {
    std::size_t n = std::min<std::size_t>(text.size() - at, 8);
    std::uint64_t word = 0;
    if (padded || n == 8)
      std::memcpy(&word, text.data() + at, 8);
    else
      std::memcpy(&word, text.data() + at, n);
    word &= first_bytes(n);
    const std::uint64_t difference = word ^ bytes_of('.');
    const std::uint64_t points = (difference - bytes_of(1)) & ~difference & bytes_of(0x80);
    if (points != 0 && !has_point) {  // removes the first point
      const auto before = static_cast<std::size_t>(std::countr_zero(points)) / 8;
      word = (word & first_bytes(before)) | (word >> 8 & ~first_bytes(before));
      --n;
      decimals = n - before;
    } else if (has_point) {
      decimals += n;
    }
    has_point = has_point || points != 0;
    if (n == 0) continue;
    word = word << (64 - 8 * n);
    if (n < 8) word |= bytes_of('0') & first_bytes(8 - n);
    if (!are_digits(word)) return false;
    integer = integer * powers[n] + value_of_digits(word);
    digits += n;
  }
  if (digits == 0 || integer > std::uint64_t{1} << 53) return false;
  const double magnitude = static_cast<double>(integer) / divisors[decimals];
  number = negative ? -magnitude : magnitude;
  return true;
}

/// Reads a decimal number with an optional sign, as "5", "-5.25" or "+1e-3". Returns false for other texts.
bool read_number(std::string_view text, double& number) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range) {
    number = 0;
    return underflows(text);
  }
  return std::isfinite(number);
}

}  // namespace

TableCell CellReader::read(std::string_view text, bool padded) const {
  double number = 0;
  if (missing_.empty() && read_short_number(text, padded, number)) return {text, TableCell::Kind::number, number};
  return read_other(text);
}

/// Reads a cell of any form.
TableCell CellReader::read_other(std::string_view text) const {
  if (contains(missing_, text)) return {text, TableCell::Kind::missing};
  const char first = text.empty() ? ' ' : text[0];
  double number = 0;
  if (((first >= '0' && first <= '9') || first == '-' || first == '.' || first == '+') && read_number(text, number))
    return {text, TableCell::Kind::number, number};
  return {text, contains(usual_missing, text) ? TableCell::Kind::missing : TableCell::Kind::text};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
