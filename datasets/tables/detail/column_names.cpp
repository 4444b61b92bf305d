#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/column_names.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

std::vector<std::string> column_names(std::span<const std::string_view> first_row, bool is_header,
                                      std::string_view source, std::size_t line) {
  std::vector<std::string> names;
  std::map<std::string_view, std::size_t> positions;
  for (std::size_t c = 0; c < first_row.size(); ++c) {
    const bool has_name = is_header && !first_row[c].empty();
    names.push_back(has_name ? std::string(first_row[c]) : "column " + std::to_string(c + 1));
    const auto [first, is_new] = positions.emplace(first_row[c], c);
    if (has_name && !is_new)
      throw DataError(format_text("{}: expected different names of the columns, got {} also in column {}.",
                                  place(source, line, c + 1), quoted_cell_text(first_row[c]), first->second + 1));
  }
  return names;
}

std::size_t find_column(std::span<const std::string> names, const std::string& column, std::string_view option) {
  const auto found = std::find(names.begin(), names.end(), column);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::size_t number = 0;
  const char* const end = column.data() + column.size();
  if (std::from_chars(column.data(), end, number).ptr == end && number >= 1 && number <= names.size())
    return number - 1;
  throw ValueError(
      format_text("TableEncoder: expected {} to be a column, or its number from 1 to {}, got {}. The "
                  "columns are {}.",
                  option, names.size(), quoted_cell_text(column), list_of(names)));
}

std::string list_of(std::span<const std::string> names) {
  constexpr std::size_t most = 10;
  std::string list;
  for (const std::string& name : names.first(std::min(names.size(), most)))
    list += (list.empty() ? "" : ", ") + quoted_cell_text(name);
  return names.size() > most ? list + ", ..." : list;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
