#pragma once

#include <minnow/layers/detail/affine.hpp>

#include <cstddef>
#include <cstdint>

/// \file
/// Kernels on the images of one channel. One pass over the rows normalises, applies ReLU and pools; one more pass
/// computes the gradient.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// The rows of the images of one channel. `image` and `row` are the distances between images and between rows.
template <class T>
struct Rows {
  T* data = nullptr;
  std::size_t row = 0, image = 0;
};

/// The number of images, and the size of each.
struct Images {
  std::size_t count, height, width;
};

/// Epilogue applied to each element: the affine map if `affine` is not null, then ReLU if `relu` is set.
struct Epilogue {
  const Affine* affine = nullptr;
  bool relu = false;
};

/// Writes epilogue(x) to y.
void copy_rows(Rows<const Real> x, Rows<Real> y, Images images, const Epilogue& epilogue = {});

/// An argmax is the index, row by row, of the largest of the four elements of a 2 x 2 window. `no_maximum` marks a
/// window whose output ReLU set to 0.
inline constexpr std::uint8_t no_maximum = 4;

/// Writes the largest element of each 2 x 2 window of epilogue(x) to y. `images` describes x; an odd last row or column
/// is ignored. As in PyTorch, the first of equal elements is the largest, and NaN exceeds every number. The argmax is
/// written unless its data is null.
void max_pool_2x2(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> argmax, Images images,
                  const Epilogue& epilogue = {});

/// The gradient g with respect to the affine map's result, as a function of dy, y and the argmax:
///   - dy, if both y and argmax are null;
///   - dy where y > 0, else 0, if y is not null;
///   - dy of a window at its largest element, else 0, if argmax is not null.
struct OutputGradient {
  Rows<const Real> dy;
  Rows<const Real> y{};
  Rows<const std::uint8_t> argmax{};
};

/// Writes dx = g for all images of x.
void image_backward(const OutputGradient& gradient, Rows<Real> dx, Images images);

/// Writes dx = dy_scale g + x_scale (x - centre) + constant for all images of x.
void image_backward(const OutputGradient& gradient, Rows<const Real> x, const BackwardAffine& affine, Rows<Real> dx,
                    Images images);

/// Returns the sums of g and of g (x - centre).
GradientSums image_gradient_sums(const OutputGradient& gradient, Rows<const Real> x, Real centre, Images images);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
