#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// How the cells of a column become features: a number x becomes (x - mean) / deviation, and 0 if the value is missing.
/// Category k of n becomes n features, 1 at k and 0 elsewhere; a category that is missing or unknown is all 0.
struct ColumnEncoding {
  std::string name;
  std::size_t position = 0;               // of the column in a row, from 0
  std::vector<std::string> categories{};  // ascending; empty: a column of numbers
  double mean = 0, deviation = 1;
  bool indicator = false;  // the last feature of the column is 1 if the value is missing, otherwise 0
};

/// How the cells of the target become targets: a class its index, a number x (x - mean) / deviation.
struct TargetEncoding {
  std::string name;
  std::size_t position = 0;
  std::vector<std::string> classes{};  // different; empty: a number
  double mean = 0, deviation = 1;
};

/// What a TableEncoder stores.
struct TableEncoding {
  std::vector<ColumnEncoding> columns{};  // those that become features, in the order of the table
  TargetEncoding target{};
  std::size_t width = 0;               // number of columns of the table, with the target and those that are ignored
  bool has_names = false;              // the names of the columns are from a header
  char delimiter = ',';                // of the table
  std::vector<std::string> missing{};  // as CsvOptions::missing
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets
