#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

/// Returns a Markdown table with aligned columns. The first row is the header. The first column is text, the other
/// columns are numbers.
inline std::string markdown_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.at(0).size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(widths[i] - cells[i].size(), ' ');
      text += i == 0 ? " " + cells[i] + pad + " |" : " " + pad + cells[i] + " |";
    }
    return text + "\n";
  };
  std::vector<std::string> rule;
  for (std::size_t i = 0; i < widths.size(); ++i) rule.push_back(std::string(widths[i] - 1, '-') + (i > 0 ? ":" : "-"));
  std::string text = line(rows[0]) + line(rule);
  for (std::size_t i = 1; i < rows.size(); ++i) text += line(rows[i]);
  return text;
}
