#pragma once

#include <minnow/datasets/tables/table.hpp>

#include <span>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Reads the cells of a table.
class MINNOW_API CellReader {
 public:
  /// `missing`: texts of missing values, beside the usual ones. They must outlive the reader.
  explicit CellReader(std::span<const std::string> missing) : missing_(missing) {}

  TableCell read(std::string_view text) const { return read(text, false); }

  /// The same in less time. At least `padding` bytes behind the text must be readable.
  TableCell read_padded(std::string_view text) const { return read(text, true); }

  static constexpr std::size_t padding = 8;

 private:
  TableCell read(std::string_view text, bool padded) const;
  TableCell read_other(std::string_view text) const;

  std::span<const std::string> missing_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
