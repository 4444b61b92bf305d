#pragma once

#include <minnow/core/precision.hpp>

#include <span>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// The value of a cell: a finite number, no value, or any other text.
struct Cell {
  enum class Kind : unsigned char { number, missing, text };
  Kind kind;
  double number;  // 0 unless `kind` is number
};

/// Reads the cells of a table.
class MINNOW_API CellReader {
 public:
  /// `missing`: texts of missing values, beside the usual ones. They must outlive the reader.
  explicit CellReader(std::span<const std::string> missing) : missing_(missing) {}

  Cell read(std::string_view text) const;

 private:
  std::span<const std::string> missing_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
