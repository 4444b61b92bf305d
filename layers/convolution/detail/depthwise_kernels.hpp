#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <limits>

/// \file
/// Kernels of a depthwise convolution, on plain pointers and planes. A plane is one channel of one image. The kernels
/// read a plane from padded rows, in which each filter element reads at a fixed distance from the output.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Elements that may be read and written beyond the end of a row: one vector of the widest instruction set.
inline constexpr std::size_t plane_slack = 64 / sizeof(Real);

/// The layout of a padded row. Column c of the plane is coordinate u = c + pad of the padded row. Coordinates of the
/// same phase, u mod stride, are next to each other: u is element (u mod stride) phase + u div stride.
struct PaddedRow {
  std::size_t width;  // of the plane
  std::size_t pad, stride;
  std::size_t phase;  // distance between phases
  std::size_t pitch;  // distance between padded rows

  std::size_t position(std::size_t u) const { return u % stride * phase + u / stride; }
};

/// `count` planes or buffers that are `size` elements apart.
template <class T>
struct PlaneSeries {
  T* data;
  std::size_t count, size;
};

/// Copies `rows` rows of each plane into padded rows. Up to plane_slack elements after the end of a phase become 0.
void split_rows(PlaneSeries<const Real> planes, std::size_t rows, const PaddedRow& to_row, PlaneSeries<Real> to);

/// Copies `rows` padded rows into rows of a plane, which are `plane_row` apart.
void merge_rows(const Real* from, const PaddedRow& from_row, std::size_t rows, Real* plane, std::size_t plane_row);

/// A column of filter elements: the position of the first element in the padded rows, for output 0, and of its weight.
struct FilterColumn {
  std::size_t padded, weight;
};

/// The filter elements of a correlation with padded rows. Output (r, p) reads element i of a column at
/// r step + column.padded + i pitch + p. The weights of a column are `weight_row` apart.
struct PlaneFilter {
  const FilterColumn* columns;
  std::size_t width, height;  // numbers of columns and of elements of a column
  std::size_t pitch, step;
  std::ptrdiff_t weight_row;

  std::size_t elements() const { return width * height; }
};

/// What is applied to the outputs: scale and bias of each plane, which may be null, and a lower bound.
struct PlaneEpilogue {
  const Real* scale = nullptr;
  const Real* bias = nullptr;
  Real least = -std::numeric_limits<Real>::infinity();  // 0 for ReLU
};

/// The outputs of a correlation: `height` rows of `width` elements, `row` apart.
struct PlaneSize {
  std::size_t height, width, row;
};

/// Writes max(bias + scale * the correlation of the padded rows of each plane with its weights, least) to `out`. Rows
/// are written in order, and up to plane_slack elements after each row are overwritten.
void correlate_planes(PlaneSeries<const Real> padded, const PlaneFilter& filter, PlaneSeries<const Real> weights,
                      PlaneEpilogue epilogue, PlaneSeries<Real> out, PlaneSize size);

/// Adds the products of dL/d(outputs) with the elements that each filter element reads to `sums`, a vector per filter
/// element, column by column. Vectors that extend beyond the rows have sums of their own, after the others.
/// plane_slack elements after each row of `gradient` must be 0.
void add_products(PlaneSeries<const Real> padded, const PlaneFilter& filter, PlaneSeries<const Real> gradient,
                  PlaneSize size, PlaneSeries<Real> sums);

/// A correlation of stride 1 with filters of 3 x 3, 5 x 5 or 7 x 7, for planes without padding in memory. A flipped
/// filter is read from its last element to its first.
struct SquareFilter {
  std::size_t size;                                      // 3, 5 or 7
  std::size_t height, width;                             // of the planes
  std::size_t pad_top, pad_left, pad_rows, pad_columns;  // zeros around a plane; pad_rows: above and below together
  bool flipped = false;

  std::size_t out_height() const { return height + pad_rows - size + 1; }
  std::size_t out_width() const { return width + pad_columns - size + 1; }
};

/// Returns true if the instruction set has the masked loads of the functions below.
bool can_load_windows();

/// Writes max(bias + scale * the correlation of each plane with its weights, least) to `out`, as correlate_planes does.
void correlate_square(PlaneSeries<const Real> planes, const SquareFilter& filter, const Real* weights,
                      PlaneEpilogue epilogue, PlaneSeries<Real> out);

/// Adds the products of dL/d(outputs) with the elements that each filter element reads to `sums`, a vector per filter
/// element, column by column.
void add_square(PlaneSeries<const Real> planes, const SquareFilter& filter, PlaneSeries<const Real> gradient,
                PlaneSeries<Real> sums);

/// Adds to totals[i] the sum of the products of filter element i. `width` is the width of the rows that add_products
/// was called for; after add_square it is 0.
void total_products(const Real* sums, std::size_t filter_elements, std::size_t width, double* totals);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
