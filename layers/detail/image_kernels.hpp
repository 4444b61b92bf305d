#pragma once

#include <minnow/layers/normalization/detail/batch_norm_kernels.hpp>

#include <cstddef>
#include <cstdint>

/// \file
/// What happens to pictures between convolutions: normalising, ReLU and pooling in one pass over the rows of a channel,
/// and their gradients in one more.

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Rows of the pictures of one channel: `image` from one picture to the next, `row` from one row to the next.
template <class T>
struct Rows {
  T* data = nullptr;
  std::size_t row = 0, image = 0;
};

/// So many pictures of so many rows of so many numbers.
struct Pictures {
  std::size_t count, height, width;
};

/// What is done to each number on its way: normalised, unless affine is null, then max(., 0) with relu.
struct OnTheWay {
  const Affine* affine = nullptr;
  bool relu = false;
};

void copy_rows(Rows<const Real> x, Rows<Real> y, Pictures pictures, const OnTheWay& way = {});

/// Which of the four numbers of a 2 x 2 window was the largest, row by row; or that ReLU made 0 of it.
inline constexpr std::uint8_t no_maximum = 4;

/// y = the largest number of each 2 x 2 window; `pictures` are those of x, and an odd last row or column is left out.
/// As for PyTorch, the first of equal numbers is the largest, and NaN is larger than any. `which` is written unless its
/// data is null.
void max_pool_2x2(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> which, Pictures pictures,
                  const OnTheWay& way = {});

/// The gradient g that comes back to the numbers that went into the way above: dy; with y, dy where y > 0, else 0; with
/// `which`, that of a window at its largest number, else 0.
struct WayBack {
  Rows<const Real> dy;
  Rows<const Real> y{};
  Rows<const std::uint8_t> which{};
};

/// dx = g, for all of the pictures of x.
void way_back(const WayBack& back, Rows<Real> dx, Pictures pictures);

/// dx = of_dy g + of_x (x - centre) + constant, for all of the pictures of x.
void way_back(const WayBack& back, Rows<const Real> x, const BackwardAffine& affine, Rows<Real> dx, Pictures pictures);

/// The sums of g and of g (x - centre).
GradientSums way_back_sums(const WayBack& back, Rows<const Real> x, Real centre, Pictures pictures);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
