#pragma once

#include <minnow/datasets/tables/csv_options.hpp>
#include <minnow/datasets/tables/detail/cell_reader.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Throws ValueError if the delimiter in the options is none of comma, semicolon, tab and |, or if longest_row is 0.
void check(const CsvOptions& options);

/// Returns the delimiter that divides the first records of a file, `sample`, into the same number of cells: if there
/// are several, the one with the most cells; if there is none, the most frequent one of the first record.
char detect_delimiter(const std::vector<std::string>& sample);

/// Returns true if the first record has the names of the columns. It has none if one of its cells is a number, and
/// names if another cell of the column of one of its texts is a number. Otherwise all columns have texts: it has names
/// unless one of its cells recurs in its column.
bool detect_header(const std::vector<std::string>& sample, char delimiter, const CellReader& cells);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
