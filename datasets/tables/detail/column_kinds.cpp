#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/column_kinds.hpp>
#include <minnow/datasets/tables/detail/column_names.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

/// Returns true for a number with a decimal comma, "5,1".
bool has_decimal_comma(const std::string& text) {
  const std::size_t comma = text.find(',');
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return comma != std::string::npos && comma > 0 && comma + 1 < text.size() && is_digit(text[comma - 1]) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(comma) + 1, text.end(), is_digit) &&
         std::all_of(text.begin() + (text[0] == '-'), text.begin() + static_cast<std::ptrdiff_t>(comma), is_digit);
}

ColumnKind detected_kind(const Table& table, std::size_t position) {
  const TableColumn& column = table.columns()[position];
  if (column.texts == 0) return column.numbers == 0 ? ColumnKind::ignored : ColumnKind::number;
  if (column.numbers > 3 * column.texts) refuse_text(table, position);
  if (has_decimal_comma(column.first_text))
    throw DataError(format_text(
        "{}: expected a decimal point, got {}. Replace the decimal commas, or add the column to categories.",
        place(table.source(), column.first_text_line, position + 1, column.name), quoted_cell_text(column.first_text)));
  return ColumnKind::category;
}

}  // namespace

void refuse_text(const Table& table, std::size_t position) {
  const TableColumn& column = table.columns()[position];
  throw DataError(format_text(
      "{}: expected a number, as {} other values of the column, got {}. Correct it, add this text to missing, or "
      "add the column to categories.",
      place(table.source(), column.first_text_line, position + 1, column.name), column.numbers,
      quoted_cell_text(column.first_text)));
}

std::vector<ColumnKind> column_kinds(const Table& table, const TableEncoderOptions& options) {
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns()) names.push_back(column.name);
  std::vector<std::optional<ColumnKind>> given(names.size());
  const auto set = [&](const std::string& column, const char* option, ColumnKind kind) {
    std::optional<ColumnKind>& current = given[find_column(names, column, option)];
    if (current)
      throw ValueError(format_text("TableEncoder: expected each column in one option, got {} again in {}.",
                                   quoted_cell_text(column), option));
    current = kind;
  };
  set(options.target.empty() ? std::to_string(names.size()) : options.target, "target", ColumnKind::target);
  for (const std::string& column : options.numbers) set(column, "numbers", ColumnKind::number);
  for (const std::string& column : options.categories) set(column, "categories", ColumnKind::category);
  for (const std::string& column : options.ignored) set(column, "ignored", ColumnKind::ignored);
  std::vector<ColumnKind> kinds;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (given[c] == ColumnKind::number && table.columns()[c].texts > 0) refuse_text(table, c);
    kinds.push_back(given[c] ? *given[c] : detected_kind(table, c));
  }
  if (std::none_of(kinds.begin(), kinds.end(),
                   [](ColumnKind kind) { return kind == ColumnKind::number || kind == ColumnKind::category; }))
    throw ValueError(
        format_text("TableEncoder: expected at least one column of features in {}, got none.", table.source()));
  return kinds;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
