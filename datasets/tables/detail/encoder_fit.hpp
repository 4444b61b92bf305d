#pragma once

#include <minnow/datasets/tables/table.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Computes the encoding of a table from its training rows, without `rows` from all: see TableEncoder.
TableEncoding fit_encoding(const Table& table, std::optional<std::span<const std::size_t>> rows,
                           const TableEncoderOptions& options);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
