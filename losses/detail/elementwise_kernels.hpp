#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// A loss that is a sum over elements, computed in double: for each a value and its derivative by the prediction x.
struct Elements {
  std::size_t samples, size;   // `size` elements in each sample
  const Real* x;               // (samples, size)
  const Real* target;          // (samples, size)
  const Real* sample_weights;  // (samples), or null: all 1; 0 leaves a sample out, whatever it holds
  const Real* weights;         // (size), of each element, or null: all 1
  double scale;                // of the gradient, beside the weights
  Real* gradient;              // (samples, size)
  double* losses;              // (samples)
};

/// -[t max(log x, -100) + (1 - t) max(log(1 - x), -100)], with derivative (x - t) / max(x (1 - x), 1e-12).
/// False when an x or a target is outside [0, 1]; a NaN among the x is let through.
[[nodiscard]] bool bce(const Elements& in);

/// (1 - t) x + (1 + (p - 1) t) log(1 + e^-x), p from `positive_weights` (size), or 1 when null; its derivative is
/// (1 - t) s(x) - p t s(-x), s(x) = 1 / (1 + e^-x). False when a target is outside [0, 1].
[[nodiscard]] bool bce_with_logits(const Elements& in, const Real* positive_weights);

/// BCE with logits, times (1 - p_t)^gamma, p_t = t s(x) + (1 - t) s(-x), and times alpha t + (1 - alpha) (1 - t) unless
/// alpha < 0. False when a target is outside [0, 1].
[[nodiscard]] bool sigmoid_focal(const Elements& in, double alpha, double gamma);

/// t (log t - x), 0 where t = 0.
void kl_div(const Elements& in);
/// e^t (t - x).
void kl_div_log_target(const Elements& in);

/// (x - t)^2.
void mse(const Elements& in);
/// |x - t|.
void l1(const Elements& in);
/// With e = |x - t|: e^2 / (2 beta) where e < beta, e - beta / 2 beyond; times `factor`.
void smooth_l1(const Elements& in, double beta, double factor);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
