#pragma once

#include <minnow/layers/detail/affine.hpp>

#include <cstddef>

/// \file
/// Kernels of batch normalisation, each one pass over the elements of a channel. Elements are summed in blocks, whose
/// order depends on the sizes alone.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// The positions of a channel's elements: a plane of `size` elements in each sample, `stride` apart.
struct Planes {
  std::size_t samples, size, stride;
  std::size_t count() const { return samples * size; }
};

struct Moments {
  double mean, variance;  // biased: divided by the count
};

/// Returns the moments of count() >= 1 elements. The result is accurate even if the mean is far from 0: means are
/// computed in double, each block's squares are summed about the block's mean, and blocks are combined as in Chan,
/// Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
MINNOW_API Moments moments(const Real* x, const Planes& planes);

/// y = (x - centre) scale + shift. y may be x.
MINNOW_API void normalize(const Real* x, Real* y, const Planes& planes, const Affine& affine);

MINNOW_API GradientSums gradient_sums(const Real* x, const Real* dy, const Planes& planes, Real centre);

/// dx = dy_scale dy + x_scale (x - centre) + constant.
MINNOW_API void normalize_backward(const Real* x, const Real* dy, Real* dx, const Planes& planes,
                                   const BackwardAffine& affine);

/// Planes of one element: neighbouring channels are columns of a matrix, whose rows are `stride` apart. Arguments of a
/// channel are arrays with one element per column. All sums are in double.
struct Columns {
  std::size_t rows, columns, stride;
};
MINNOW_API void moments(const Real* x, const Columns& columns, double* mean, double* variance);
/// y = (x - mean) scale + shift. y may be x.
MINNOW_API void normalize(const Real* x, Real* y, const Columns& columns, const double* mean, const double* scale,
                          const double* shift);
/// Writes the sums of dy and of dy (x - mean).
MINNOW_API void gradient_sums(const Real* x, const Real* dy, const Columns& columns, const double* mean, double* sum_dy,
                              double* sum_dy_x);
/// dx = dy_scale dy + x_scale (x - mean) + constant.
MINNOW_API void normalize_backward(const Real* x, const Real* dy, Real* dx, const Columns& columns, const double* mean,
                                   const double* dy_scale, const double* x_scale, const double* constant);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
