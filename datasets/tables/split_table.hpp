#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/tables/table.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// A training and a test part in memory, and the encoder of the training part.
struct TableSplit {
  TensorDataset train, test;
  TableEncoder encoder;
};

/// Splits the rows of a table at random, `fraction` of them for training, and encodes both parts by an encoder that is
/// computed from the training rows alone. If the target has classes, each class is split in this proportion. Throws
/// as TableEncoder does, and ValueError if a part would be empty.
MINNOW_API TableSplit split_table(const Table& table, double fraction, Rng rng,
                                  const TableEncoderOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION::datasets
