#include <minnow/datasets/random_split.hpp>
#include <minnow/datasets/tables/split_table.hpp>
#include <minnow/datasets/tables/table_dataset.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets {

TableSplit split_table(const Table& table, double fraction, Rng rng, const TableEncoderOptions& options) {
  const TableDataset rows(table, TableEncoder(table, options));
  const auto [train, test] = random_split(rows, fraction, std::move(rng), {.stratified = !rows.class_names().empty()});
  TableEncoder encoder(table, train.indices(), options);
  return {encoder.encode(table, train.indices()), encoder.encode(table, test.indices()), std::move(encoder)};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
