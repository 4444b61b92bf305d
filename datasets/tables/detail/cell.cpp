#include <minnow/datasets/tables/detail/cell.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <system_error>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

constexpr std::string_view usual_missing[] = {"",     "?",    "NA",   "N/A",  "n/a",  "#N/A", "<NA>", "NaN", "nan",
                                              "-nan", "-NaN", "NULL", "Null", "null", "None", "none", "NaT"};

bool contains(const auto& texts, std::string_view text) {
  return std::find(std::begin(texts), std::end(texts), text) != std::end(texts);
}

/// Returns true if the text of a number that is out of range is too small, not too large.
bool underflows(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) return text.substr(exponent + 1).starts_with('-');
  return text.find_first_of("123456789") > text.find('.');
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

Cell CellReader::read(std::string_view text) const {
  if (!missing_.empty() && contains(missing_, text)) return {Cell::Kind::missing, 0};
  const char first = text.empty() ? ' ' : text[0];
  double number = 0;
  if (((first >= '0' && first <= '9') || first == '-' || first == '.' || first == '+') && read_number(text, number))
    return {Cell::Kind::number, number};
  return {contains(usual_missing, text) ? Cell::Kind::missing : Cell::Kind::text, 0};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
