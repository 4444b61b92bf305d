#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Arguments of a loss that is a sum over elements. Each kernel computes, in double, a value per element and its
/// derivative with respect to the prediction x.
struct Elements {
  std::size_t samples, size;   // `size` elements in each sample
  const Real* x;               // (samples, size)
  const Real* target;          // (samples, size)
  const Real* sample_weights;  // (samples), or null: all 1; weight 0 gives loss and gradient 0 for any x and target
  const Real* weights;         // (size), of each element, or null: all 1
  double scale;                // factor of the gradient, besides the weights
  Real* gradient;              // (samples, size)
  double* losses;              // (samples)
};

/// -[t max(log x, -100) + (1 - t) max(log(1 - x), -100)], with derivative (x - t) / max(x (1 - x), 1e-12).
/// Returns false if an x or a target is outside [0, 1]; a NaN in x is accepted.
[[nodiscard]] bool bce(const Elements& in);

/// (1 - t) x + (1 + (p - 1) t) log(1 + e^-x), p from `positive_weights` (size), or 1 if null; its derivative is
/// (1 - t) s(x) - p t s(-x), s(x) = 1 / (1 + e^-x). Returns false if a target is outside [0, 1].
[[nodiscard]] bool bce_with_logits(const Elements& in, const Real* positive_weights);

/// BCE with logits, times (1 - p_t)^gamma, p_t = t s(x) + (1 - t) s(-x), and times alpha t + (1 - alpha) (1 - t) unless
/// alpha < 0. Returns false if a target is outside [0, 1].
[[nodiscard]] bool sigmoid_focal(const Elements& in, double alpha, double gamma);

/// t (log t - x), 0 where t = 0.
void kl_div(const Elements& in);
/// e^t (t - x).
void kl_div_log_target(const Elements& in);

/// (x - t)^2.
void mse(const Elements& in);
/// |x - t|.
void l1(const Elements& in);
/// With e = |x - t|: e^2 / (2 beta) where e < beta, e - beta / 2 elsewhere; times `factor`.
void smooth_l1(const Elements& in, double beta, double factor);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
