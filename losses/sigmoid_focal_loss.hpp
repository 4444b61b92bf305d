#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct SigmoidFocalOptions {
  double alpha = 0.25;  // in [0, 1]: weight of target 1; target 0 has 1 - alpha; below 0: both have weight 1
  double gamma = 2;     // at least 0: exponent of the reduction of easy samples
  Reduction reduction = Reduction::mean;
};

/// Binary focal loss of logits (Lin et al., 2017), as torchvision.ops.sigmoid_focal_loss: binary cross-entropy that
/// reduces the loss of elements classified well. With B the BCEWithLogitsLoss of x and t,
///   p = t s(x) + (1 - t) s(-x),   a = alpha t + (1 - alpha) (1 - t),   loss = a (1 - p)^gamma B,
///   d/dx = a (1 - p)^gamma [(1 - t) s(x) - t s(-x) + gamma (1 - 2t) s(x) s(-x) B / (1 - p)].
///
///   prediction: (N, ...) logits; target: the same shape, or (N) for (N, 1), in [0, 1].
class MINNOW_API SigmoidFocalLoss : public Loss {
 public:
  /// Throws ValueError if alpha exceeds 1, or if gamma is negative or not finite.
  explicit SigmoidFocalLoss(const SigmoidFocalOptions& options = {});

  std::string name() const override { return "SigmoidFocalLoss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double alpha_, gamma_;
};

}  // namespace minnow::inline MINNOW_PRECISION
