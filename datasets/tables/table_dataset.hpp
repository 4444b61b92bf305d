#pragma once

#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/tables/table.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// The rows of a table, read from the file and encoded whenever a loader requests them, for a file that does not fit in
/// memory. Sample i is row i; Subset selects some. It holds no more memory than its table. A loader that shuffles holds
/// 8 bytes per row more. For a file that fits in memory TableEncoder::encode is faster.
class MINNOW_API TableDataset final : public Dataset {
 public:
  /// Throws DataError if the table does not have the columns of the encoder, or has no target.
  TableDataset(Table table, TableEncoder encoder);

  std::size_t size() const override { return table_.size(); }
  Shape input_shape() const override { return {encoder_.num_features()}; }
  Shape target_shape() const override { return encoder_.class_names().empty() ? Shape{1} : Shape{}; }

  /// Throws DataError as TableEncoder::encode does.
  void read(std::span<const std::size_t> indices, Batch& batch) const override;

  const Table& table() const { return table_; }
  const TableEncoder& encoder() const { return encoder_; }
  const std::vector<std::string>& class_names() const override { return encoder_.class_names(); }

 private:
  Table table_;
  TableEncoder encoder_;
  TableEncoder::Columns columns_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets
