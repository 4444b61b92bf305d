#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// y = (x - centre) scale + shift. If Real rounds the centre, `shift` corrects for the remainder.
struct Affine {
  Real centre, scale, shift;
};

/// dx = dy_scale dy + x_scale (x - centre) + constant.
struct BackwardAffine {
  Real centre, dy_scale, x_scale, constant;
};

struct GradientSums {
  double dy, dy_x;  // sum of dy, and of dy (x - centre)
};

}  // namespace minnow::inline MINNOW_PRECISION::kernels
