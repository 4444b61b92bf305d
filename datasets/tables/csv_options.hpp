#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// How the text of a CSV file is read.
struct CsvOptions {
  std::optional<bool> header = std::nullopt;  // true: the first row has the names of the columns; unset: detected
  char delimiter = 0;                         // 0: detected; comma, semicolon, tab or |
  std::vector<std::string> missing = {};      // texts of missing values, beside the empty text, "?", "NA", "NaN", ...
  std::size_t longest_row = 16777216;         // bytes; a longer row is an error
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets
