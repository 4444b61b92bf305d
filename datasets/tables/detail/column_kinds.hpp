#pragma once

#include <minnow/datasets/tables/table.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

enum class ColumnKind { ignored, number, category, target };

/// Returns what each column of a table is. Columns that no option names are numbers if no cell is a text, ignored if
/// they have no value, and categories otherwise. Throws ValueError if an option names no column, or a column that
/// another option names. Throws DataError if more than three quarters of the values are numbers and the others are
/// texts, probably mistakes, or if the texts are numbers with a decimal comma.
std::vector<ColumnKind> column_kinds(const Table& table, const TableEncoderOptions& options);

/// Throws DataError with the first text of a column of numbers.
[[noreturn]] void refuse_text(const Table& table, std::size_t position);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
