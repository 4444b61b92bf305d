#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Returns the names in the first row of a table; "column 3" if the row is no header or a cell is empty. Throws
/// DataError if a name repeats.
std::vector<std::string> column_names(std::span<const std::string_view> first_row, bool is_header,
                                      std::string_view source, std::size_t line);

/// Returns the position of a column, given by its name or, if no column has this name, by its number from 1. Throws
/// ValueError with `option` if there is none.
std::size_t find_column(std::span<const std::string> names, const std::string& column, std::string_view option);

/// Returns at most ten of the names for errors: "'a', 'b', 'c'".
std::string list_of(std::span<const std::string> names);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
