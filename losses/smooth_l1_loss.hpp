#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct SmoothL1Options {
  double beta = 1;  // at least 0: where the loss changes from quadratic to linear
  Reduction reduction = Reduction::mean;
};

/// With e = x - t: e^2 / (2 beta) if |e| < beta, else |e| - beta / 2; d/dx = e / beta, or sign(e):
/// quadratic for small errors and linear for large errors, which limits the effect of outliers. As
/// torch.nn.SmoothL1Loss.
///   prediction, target: (N, ...) of the same shape, or (N, 1) and (N).
class MINNOW_API SmoothL1Loss : public Loss {
 public:
  /// Throws ValueError unless beta is finite and at least 0.
  explicit SmoothL1Loss(const SmoothL1Options& options = {});

  std::string name() const override { return "SmoothL1Loss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double beta_;
};

}  // namespace minnow::inline MINNOW_PRECISION
