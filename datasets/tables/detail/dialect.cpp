#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/dialect.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>

#include <algorithm>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

constexpr std::string_view delimiters = ",;\t|";

/// Returns the number of delimiters outside of quotes.
std::size_t count_outside_of_quotes(std::string_view record, char delimiter) {
  std::size_t count = 0;
  bool quoted = false;
  for (const char c : record) {
    if (c == '"') quoted = !quoted;
    count += c == delimiter && !quoted;
  }
  return count;
}

/// Returns the cells of the records, parsed from a copy.
std::vector<std::vector<std::string>> parsed(const std::vector<std::string>& sample, char delimiter) {
  std::string text;
  for (const std::string& record : sample) text.append(record) += '\n';
  const CsvSource source{std::string_view(text)};
  RecordReader reader(source, text.size(), delimiter);
  std::vector<std::vector<std::string>> rows;
  while (reader.next()) {
    const std::vector<std::string_view>& cells = reader.parse();
    rows.emplace_back(cells.begin(), cells.end());
  }
  return rows;
}

}  // namespace

void check(const CsvOptions& options) {
  if (options.delimiter != 0 && delimiters.find(options.delimiter) == std::string_view::npos)
    throw ValueError(format_text("CsvOptions: expected the delimiter ',', ';', tab or '|', got '{}'.",
                                 std::string_view(&options.delimiter, 1)));
  if (options.longest_row == 0) throw ValueError("CsvOptions: expected longest_row to be at least 1, got 0.");
}

char detect_delimiter(const std::vector<std::string>& sample) {
  char best = delimiters[0], frequent = delimiters[0];
  std::size_t most_equal = 0, most = 0;
  for (const char delimiter : delimiters) {
    if (sample.empty()) break;
    const auto count = [&](const std::string& record) { return count_outside_of_quotes(record, delimiter); };
    const std::size_t first = count(sample[0]);
    if (first > most) most = first, frequent = delimiter;
    if (first > most_equal &&
        std::all_of(sample.begin(), sample.end(), [&](const auto& r) { return count(r) == first; }))
      most_equal = first, best = delimiter;
  }
  return most_equal > 0 ? best : frequent;
}

bool detect_header(const std::vector<std::string>& sample, char delimiter, const CellReader& cells) try {
  const std::vector<std::vector<std::string>> rows = parsed(sample, delimiter);
  if (rows.empty()) return false;
  const auto kind = [&](const std::string& cell) { return cells.read(cell).kind; };
  const auto is_number = [&](const std::string& cell) { return kind(cell) == TableCell::Kind::number; };
  if (std::any_of(rows[0].begin(), rows[0].end(), is_number)) return false;
  bool recurs = false;
  for (std::size_t c = 0; c < rows[0].size(); ++c) {
    if (kind(rows[0][c]) != TableCell::Kind::text) continue;
    for (std::size_t r = 1; r < rows.size(); ++r) {
      if (c >= rows[r].size()) continue;
      if (is_number(rows[r][c])) return true;
      recurs = recurs || rows[r][c] == rows[0][c];
    }
  }
  return !recurs;
} catch (const DataError&) {
  return false;  // the reader of the file throws it with the file's name and the line
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
