#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct L1Options {
  Reduction reduction = Reduction::mean;
};

/// Elementwise |x - t|,   d/dx = sign(x - t), 0 at 0, as torch.nn.L1Loss.
///   prediction, target: (N, ...) of the same shape, or (N, 1) and (N).
class MINNOW_API L1Loss : public Loss {
 public:
  explicit L1Loss(const L1Options& options = {}) : Loss(options.reduction) {}

  std::string name() const override { return "L1Loss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;
};

}  // namespace minnow::inline MINNOW_PRECISION
