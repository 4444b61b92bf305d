#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

/// \file
/// Kernels of a convolution, on plain pointers. In a padded tile, each filter element reads at a fixed distance from
/// the result that it contributes to. One loop over distances is therefore a convolution of any stride, padding and
/// dilation; see convolution_geometry.hpp.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Filters are packed in blocks of this many output channels: [block][k][channel of the block]. The last block may have
/// fewer channels.
inline constexpr std::size_t filter_block = 8;

/// Elements that may be read and written beyond the end of a row: less than two vectors of the widest instruction set,
/// times the vectors of a register tile.
inline constexpr std::size_t vector_slack = 128;

/// Computes sums[r][p] = start[r] + sum over k of filters[k][r] padded[distances[k] + p], for r < rows <= filter_block
/// and p < n. start may be null. `relu` sets
/// negative sums to 0. Rows of sums are `sums_row` apart. Up to vector_slack elements beyond n are written.
void correlate(const Real* filters, std::size_t rows, const Real* padded, const std::size_t* distances, std::size_t k,
               std::size_t n, const Real* start, Real* sums, std::size_t sums_row, bool relu = false);

/// Writes every `step`-th of the elements from[0], from[step], ... to n consecutive elements.
void gather_row(const Real* from, std::size_t n, std::size_t step, Real* to);

/// Computes sums[k][r] += sum over p < n of padded[distances[k] + p] gradient[r][p]. Rows of gradient are
/// `gradient_row` apart. One vector beyond n, gradient must be 0 and `padded` finite. `workspace` has
/// filter_workspace elements.
void correlate_filters(const Real* padded, const std::size_t* distances, std::size_t k, const Real* gradient,
                       std::size_t gradient_row, std::size_t rows, std::size_t n, Real* sums, Real* workspace);
inline constexpr std::size_t filter_workspace_taps = 288;
inline constexpr std::size_t filter_workspace = filter_workspace_taps * filter_block * 16 + vector_slack;

}  // namespace minnow::inline MINNOW_PRECISION::kernels
