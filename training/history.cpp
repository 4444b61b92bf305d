#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/output_file.hpp>
#include <minnow/training/detail/history_lines.hpp>
#include <minnow/training/history.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse_line(const std::string& name, std::size_t line, const std::string& what) {
  throw DataError(format_text("{}: line {}: expected {}.", name, line, what));
}

/// Returns a number of a JSON line. JSON has no infinity; json_line writes it as a text.
double number_in(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (!value.is_null()) throw ValueError("a number, null or \"Infinity\"");
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

bool History::has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::size_t History::index_of(std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) {
    std::string names;
    for (const std::string& name : columns_) names += (names.empty() ? "" : ", ") + name;
    throw ValueError(format_text("History: expected the name of a column ({}), got '{}'.",
                                 names.empty() ? "there is none" : names, column));
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

std::span<const double> History::row(std::size_t r) const {
  if (r >= size()) throw ValueError(format_text("History: expected a row below {}, got {}.", size(), r));
  return std::span(values_).subspan(r * columns_.size(), columns_.size());
}

std::vector<double> History::column(std::string_view name) const {
  const std::size_t c = index_of(name);
  std::vector<double> values;
  for (std::size_t r = 0; r < size(); ++r) values.push_back(row(r)[c]);
  return values;
}

void History::add(std::span<const double> row) {
  if (row.size() != columns_.size() || row.empty())
    throw ValueError(format_text("History: expected a row of {} values, got {}.", columns_.size(), row.size()));
  values_.insert(values_.end(), row.begin(), row.end());
}

void write_history(const History& history, const std::filesystem::path& path) {
  const std::string text = history_text(history, is_json_lines(path));
  OutputFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

History read_history(std::istream& in, const std::string& name) {
  History history;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    if (in.eof()) break;  // a line without an end: the program that wrote it was killed
    ++number;
    const Json row = Json::parse(line, nullptr, false);
    if (!row.is_object() || row.empty()) refuse_line(name, number, "a JSON object");
    if (number == 1) {
      std::vector<std::string> columns;
      for (const auto& entry : row.items()) columns.push_back(entry.key());
      history = History(std::move(columns));
    }
    std::vector<double> values;
    for (const std::string& column : history.columns()) {
      if (!row.contains(column) || row.size() != history.columns().size())
        refuse_line(name, number, "the columns of the first line");
      try {
        values.push_back(number_in(row[column]));
      } catch (const ValueError& error) {
        refuse_line(name, number, error.what());
      }
    }
    history.add(values);
  }
  return history;
}

History read_history(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw DataError(path.string() + ": cannot be read.");
  return read_history(in, path.string());
}

}  // namespace minnow::inline MINNOW_PRECISION
