#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct SmoothL1Options {
  double beta = 1;  // of at least 0: where the square ends and the line begins
  Reduction reduction = Reduction::mean;
};

/// With e = x - t: e^2 / (2 beta) where |e| < beta, |e| - beta / 2 beyond; d/dx = e / beta, then sign(e):
/// squared for small errors, so smooth, and linear for large ones, so that an outlier cannot dominate. As
/// torch.nn.SmoothL1Loss.
///   prediction, target: (N, ...), of one shape; or (N, 1) and (N).
class MINNOW_API SmoothL1Loss : public Loss {
 public:
  /// Throws ValueError unless beta is finite and of at least 0.
  explicit SmoothL1Loss(const SmoothL1Options& options = {});

  std::string name() const override { return "SmoothL1Loss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double beta_;
};

}  // namespace minnow::inline MINNOW_PRECISION
