#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>
#include <minnow/datasets/tables/table_dataset.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets {

TableDataset::TableDataset(Table table, TableEncoder encoder)
    : table_(std::move(table)), encoder_(std::move(encoder)), columns_(encoder_.find_columns(table_)) {
  if (columns_.target >= columns_.width)
    throw DataError(format_text("{}: expected a column {}, the target, got none.", table_.source(),
                                detail::quoted_cell_text(encoder_.encoding().target.name)));
}

void TableDataset::read(std::span<const std::size_t> indices, Batch& batch) const {
  table_.read(indices, [&](std::size_t i, const TableRow& row) {
    encoder_.encode_features(row, columns_, batch.input(i));
    batch.targets.data()[i] = encoder_.encode_target(row, columns_);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
