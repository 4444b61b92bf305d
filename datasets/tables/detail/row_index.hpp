#pragma once

#include <minnow/datasets/tables/detail/record_reader.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// The positions of some rows: of every row if there are few, otherwise of every 2nd, 4th, 8th, ... row, so that the
/// index has at most 2^19 entries, 8 MiB.
class RowIndex {
 public:
  /// Appends a row.
  void add(RecordPosition position) {
    if (rows_++ % stride_ != 0) return;
    if (entries_.size() == most) {
      for (std::size_t i = 0; 2 * i < most; ++i) entries_[i] = entries_[2 * i];
      entries_.resize(most / 2);
      stride_ *= 2;
      if ((rows_ - 1) % stride_ != 0) return;
    }
    entries_.push_back(position);
  }

  std::size_t size() const { return rows_; }

  /// Returns the last row with an entry that is not behind `row`.
  std::size_t entry_before(std::size_t row) const { return row - row % stride_; }

  /// Returns the position of a row with an entry.
  RecordPosition position(std::size_t row) const { return entries_[row / stride_]; }

  static constexpr std::size_t most = std::size_t{1} << 19;

 private:
  std::vector<RecordPosition> entries_;
  std::size_t rows_ = 0, stride_ = 1;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
