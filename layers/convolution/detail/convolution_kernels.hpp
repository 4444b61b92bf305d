#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

/// \file
/// What a convolution is made of, on plain pointers. A sheet is a padded copy of some pictures in which every element
/// of a filter reads at a fixed distance from the number it helps to compute, so that one loop over distances is a
/// convolution whatever its stride, padding and dilation; see convolution_geometry.hpp.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Filters are packed for so many output channels at a time, the last for what is left: [block][k][channel of it].
inline constexpr std::size_t filter_block = 8;

/// Numbers that may be read and written beyond the end of a row: less than two vectors of the widest instruction set
/// that there is, times the vectors of a tile.
inline constexpr std::size_t vector_slack = 128;

/// sums[r][p] = start[r] + sum over k of filters[k][r] sheet[distances[k] + p], for r < rows <= filter_block and p < n.
/// start may be null. Rows of sums are `sums_row` apart; up to vector_slack numbers beyond the n are written.
void correlate(const Real* filters, std::size_t rows, const Real* sheet, const std::size_t* distances, std::size_t k,
               std::size_t n, const Real* start, Real* sums, std::size_t sums_row);

/// sums[k][r] += sum over p < n of sheet[distances[k] + p] gradient[r][p]. The rows of gradient are `gradient_row`
/// apart and hold zeros for a vector beyond n, where sheet must be finite. `room`: filter_room numbers.
void correlate_filters(const Real* sheet, const std::size_t* distances, std::size_t k, const Real* gradient,
                       std::size_t gradient_row, std::size_t rows, std::size_t n, Real* sums, Real* room);
inline constexpr std::size_t filter_room_taps = 288;
inline constexpr std::size_t filter_room = filter_room_taps * filter_block * 16 + vector_slack;

/// The sum of n numbers, in double: what cancels costs no digits.
double sum(const Real* x, std::size_t n);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
