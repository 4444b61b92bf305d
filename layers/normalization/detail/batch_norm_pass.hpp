#pragma once

#include <minnow/layers/normalization/detail/batch_norm_kernels.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// One pass through a BatchNorm, in its context. Vectors are per channel.
struct BatchNormPass {
  kernels::Planes planes;  // positions of a channel's elements
  bool batch_statistics;   // mean and variance are computed from x
  double momentum;         // share of the batch in the running statistics; 0 if they do not change
  std::vector<double> mean, variance, inverse_deviation;
  std::vector<double> scale, shift;  // y = (x - mean) scale + shift

  // Backward: the sums of dy and of dy (x - mean); dx = scale dy + x_scale (x - mean) + constant.
  std::vector<double> sum_dy, sum_dy_x, x_scale, constant;
  std::vector<double> zero;
  Real *weight_grad, *bias_grad;  // null if not trained
  Real weight_beta, bias_beta;

  void resize(std::size_t channels) {
    for (auto* v :
         {&mean, &variance, &inverse_deviation, &scale, &shift, &sum_dy, &sum_dy_x, &x_scale, &constant, &zero})
      v->resize(channels);
  }

  /// The mean rounded to Real, and the remainder.
  Real centre(std::size_t c) const { return static_cast<Real>(mean[c]); }
  double remainder(std::size_t c) const { return mean[c] - static_cast<double>(centre(c)); }

  /// Stores sums about the mean, given sums about the rounded mean.
  void set_gradient_sums(std::size_t c, const kernels::GradientSums& sums) {
    sum_dy[c] = sums.dy;
    sum_dy_x[c] = sums.dy_x - remainder(c) * sums.dy;
  }

  kernels::Affine affine(std::size_t c) const {
    return {centre(c), static_cast<Real>(scale[c]), static_cast<Real>(shift[c] - remainder(c) * scale[c])};
  }
  kernels::BackwardAffine backward_affine(std::size_t c) const {
    return {centre(c), static_cast<Real>(scale[c]), static_cast<Real>(x_scale[c]),
            static_cast<Real>(constant[c] - remainder(c) * x_scale[c])};
  }

  void add_gradients(std::size_t c, double weight, double bias) const {
    if (weight_grad != nullptr) weight_grad[c] = added(weight_beta, weight_grad[c], weight);
    if (bias_grad != nullptr) bias_grad[c] = added(bias_beta, bias_grad[c], bias);
  }

  /// Returns true if the channels are columns of a matrix rather than planes.
  bool in_columns() const { return planes.size == 1; }
  kernels::Columns columns(std::size_t first, std::size_t last) const {
    return {planes.samples, last - first, planes.stride};
  }

 private:
  static Real added(Real beta, Real before, double sum) {  // beta 0 overwrites a NaN, too
    return static_cast<Real>(beta == 0 ? sum : static_cast<double>(beta * before) + sum);
  }
};

}  // namespace minnow::inline MINNOW_PRECISION
