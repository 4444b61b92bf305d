#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct HuberOptions {
  double delta = 1;  // greater than 0: where the square ends and the line begins
  Reduction reduction = Reduction::mean;
};

/// With e = x - t: e^2 / 2 where |e| < delta, delta (|e| - delta / 2) beyond; d/dx = e, then delta sign(e):
/// squared for small errors, so smooth, and linear for large ones, so that an outlier cannot dominate. As
/// torch.nn.HuberLoss.
///   prediction, target: (N, ...), of one shape; or (N, 1) and (N).
class MINNOW_API HuberLoss : public Loss {
 public:
  /// Throws ValueError unless delta is finite and greater than 0.
  explicit HuberLoss(const HuberOptions& options = {});

  std::string name() const override { return "HuberLoss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double delta_;
};

}  // namespace minnow::inline MINNOW_PRECISION
