#pragma once

#include <minnow/layers/normalization/detail/batch_norm_kernels.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// One pass through a BatchNorm, in its context: what is known of each channel.
struct BatchNormPass {
  kernels::Planes planes;  // where a channel's numbers are
  bool of_batch;           // mean and variance are those of x, and depend on it
  double share;            // of the batch in the running statistics; 0: they stay
  std::vector<double> mean, variance, inverse_deviation;
  std::vector<double> scale, shift;  // y = (x - mean) scale + shift

  // Of backward: sums of dy and of dy (x - mean); dx = scale dy + of_x (x - mean) + constant; and where gradients of
  // weight and bias go, unless null.
  std::vector<double> sum_dy, sum_dy_x, of_x, constant;
  std::vector<double> zero;
  Real *weight_grad, *bias_grad;
  Real weight_beta, bias_beta;

  void resize(std::size_t channels) {
    for (auto* v : {&mean, &variance, &inverse_deviation, &scale, &shift, &sum_dy, &sum_dy_x, &of_x, &constant, &zero})
      v->resize(channels);
  }

  /// The mean as Real holds it, and what that leaves out.
  Real centre(std::size_t c) const { return static_cast<Real>(mean[c]); }
  double remainder(std::size_t c) const { return mean[c] - static_cast<double>(centre(c)); }

  kernels::Affine affine(std::size_t c) const {
    return {centre(c), static_cast<Real>(scale[c]), static_cast<Real>(shift[c] - remainder(c) * scale[c])};
  }
  kernels::BackwardAffine backward_affine(std::size_t c) const {
    return {centre(c), static_cast<Real>(scale[c]), static_cast<Real>(of_x[c]),
            static_cast<Real>(constant[c] - remainder(c) * of_x[c])};
  }

  void add_gradients(std::size_t c, double weight, double bias) const {
    if (weight_grad != nullptr) weight_grad[c] = added(weight_beta, weight_grad[c], weight);
    if (bias_grad != nullptr) bias_grad[c] = added(bias_beta, bias_grad[c], bias);
  }

  /// Whether the channels are columns of a matrix rather than planes.
  bool in_columns() const { return planes.size == 1; }
  kernels::Columns columns(std::size_t first, std::size_t last) const {
    return {planes.samples, last - first, planes.stride};
  }

 private:
  static Real added(Real beta, Real before, double sum) {  // beta 0 forgets a NaN, too
    return static_cast<Real>(beta == 0 ? sum : static_cast<double>(beta * before) + sum);
  }
};

}  // namespace minnow::inline MINNOW_PRECISION
