#pragma once

#include <minnow/training/history.hpp>

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Returns true if the name ends with .jsonl: a file of JSON lines. Otherwise it is a CSV file.
bool is_json_lines(const std::filesystem::path& path);

/// Returns the text of a file with all rows.
std::string history_text(const History& history, bool json_lines);

/// Returns a row as a line of CSV or of JSON. NaN is an empty field, or null.
std::string history_line(const History& history, std::size_t row, bool json_lines);

/// Reads JSON lines. `name` is that of the file, for errors.
History read_history(std::istream& in, const std::string& name);

}  // namespace minnow::inline MINNOW_PRECISION
