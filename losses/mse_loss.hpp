#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct MSEOptions {
  Reduction reduction = Reduction::mean;
};

/// Elementwise (x - t)^2,   d/dx = 2 (x - t), as torch.nn.MSELoss.
///   prediction, target: (N, ...) of the same shape, or (N, 1) and (N).
class MINNOW_API MSELoss : public Loss {
 public:
  explicit MSELoss(const MSEOptions& options = {}) : Loss(options.reduction) {}

  std::string name() const override { return "MSELoss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;
};

}  // namespace minnow::inline MINNOW_PRECISION
