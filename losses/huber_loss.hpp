#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct HuberOptions {
  double delta = 1;  // greater than 0: where the loss changes from quadratic to linear
  Reduction reduction = Reduction::mean;
};

/// With e = x - t: e^2 / 2 if |e| < delta, else delta (|e| - delta / 2); d/dx = e, or delta sign(e):
/// quadratic for small errors and linear for large errors, which limits the effect of outliers. As
/// torch.nn.HuberLoss.
///   prediction, target: (N, ...) of the same shape, or (N, 1) and (N).
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
