#include <minnow/core/detail/format.hpp>
#include <minnow/training/detail/history_lines.hpp>

#include <cmath>
#include <cstdint>
#include <span>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Json = nlohmann::ordered_json;

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

std::string csv_header(const History& history) {
  std::string line;
  for (const std::string& name : history.columns()) line += (line.empty() ? "" : ",") + csv_text(name);
  return line;
}

std::string csv_line(const History& history, std::size_t row) {
  std::string line;
  for (const double value : history.row(row)) line += (std::isnan(value) ? "" : format_text("{}", value)) + ',';
  line.pop_back();
  return line;
}

std::string json_line(const History& history, std::size_t row) {
  Json line = Json::object();
  const std::span<const double> values = history.row(row);
  for (std::size_t c = 0; c < values.size(); ++c) {
    const double value = values[c];
    if (std::isinf(value))
      line[history.columns()[c]] = value > 0 ? "Infinity" : "-Infinity";
    else if (value == std::floor(value) && std::abs(value) < 1e15)
      line[history.columns()[c]] = static_cast<std::int64_t>(value);
    else
      line[history.columns()[c]] = value;  // NaN becomes null
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

bool is_json_lines(const std::filesystem::path& path) { return path.extension() == ".jsonl"; }

std::string history_line(const History& history, std::size_t row, bool json_lines) {
  return (json_lines ? json_line(history, row) : csv_line(history, row)) + '\n';
}

std::string history_text(const History& history, bool json_lines) {
  std::string text = json_lines ? "" : csv_header(history) + '\n';
  for (std::size_t r = 0; r < history.size(); ++r) text += history_line(history, r, json_lines);
  return text;
}

}  // namespace minnow::inline MINNOW_PRECISION
