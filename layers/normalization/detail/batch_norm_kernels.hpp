#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

/// \file
/// What normalising over a batch is made of, one channel at a time and one pass over its numbers each. Sums are
/// gathered in blocks, whose order depends on the sizes alone.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Where a channel's numbers are: a plane of `size` in each sample, whose starts are `stride` apart.
struct Planes {
  std::size_t samples, size, stride;
  std::size_t count() const { return samples * size; }
};

struct Moments {
  double mean, variance;  // biased: divided by the count
};

/// Of count() >= 1 numbers, however far from 0 they are: means are taken in double, each block's sum of squares is
/// about a mean of its own, and blocks are joined as in Chan, Golub and LeVeque, "Updating formulae and a pairwise
/// algorithm for computing sample variances", 1979.
MINNOW_API Moments moments(const Real* x, const Planes& planes);

/// y = (x - centre) scale + shift. A mean that Real cannot hold has its remainder in `shift`.
struct Affine {
  Real centre, scale, shift;
};
MINNOW_API void normalize(const Real* x, Real* y, const Planes& planes, const Affine& affine);

struct GradientSums {
  double dy, dy_x;  // sum of dy, and of dy (x - centre)
};
MINNOW_API GradientSums gradient_sums(const Real* x, const Real* dy, const Planes& planes, Real centre);

/// dx = of_dy dy + of_x (x - centre) + constant.
struct BackwardAffine {
  Real centre, of_dy, of_x, constant;
};
MINNOW_API void normalize_backward(const Real* x, const Real* dy, Real* dx, const Planes& planes,
                                   const BackwardAffine& affine);

/// The same where planes hold one number each: neighbouring channels are columns of a matrix with `stride` between its
/// rows, and each argument of a channel is an array with one for each column. In double: few numbers cancel worse.
struct Columns {
  std::size_t rows, columns, stride;
};
MINNOW_API void moments(const Real* x, const Columns& columns, double* mean, double* variance);
/// y = (x - mean) scale + shift.
MINNOW_API void normalize(const Real* x, Real* y, const Columns& columns, const double* mean, const double* scale,
                          const double* shift);
/// The sums of dy and of dy (x - mean).
MINNOW_API void gradient_sums(const Real* x, const Real* dy, const Columns& columns, const double* mean, double* sum_dy,
                              double* sum_dy_x);
/// dx = of_dy dy + of_x (x - mean) + constant.
MINNOW_API void normalize_backward(const Real* x, const Real* dy, Real* dx, const Columns& columns, const double* mean,
                                   const double* of_dy, const double* of_x, const double* constant);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
