#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct SigmoidFocalOptions {
  double alpha = 0.25;  // in [0, 1], the weight of the answer yes, and 1 - alpha of no; below 0: both weigh 1
  double gamma = 2;     // at least 0: how much an answer that is right already is discounted
  Reduction reduction = Reduction::mean;
};

/// Focal loss for yes or no on logits (Lin et al., 2017), as torchvision.ops.sigmoid_focal_loss: binary cross-entropy
/// in which what is answered right already counts little. With B the BCEWithLogitsLoss of x and t,
///   p = t s(x) + (1 - t) s(-x),   a = alpha t + (1 - alpha) (1 - t),   loss = a (1 - p)^gamma B,
///   d/dx = a (1 - p)^gamma [(1 - t) s(x) - t s(-x) + gamma (1 - 2t) s(x) s(-x) B / (1 - p)].
///
///   prediction: (N, ...) logits; target: of the same shape, or (N) for (N, 1), in [0, 1].
class MINNOW_API SigmoidFocalLoss : public Loss {
 public:
  /// Throws ValueError for an alpha above 1 and a gamma below 0.
  explicit SigmoidFocalLoss(const SigmoidFocalOptions& options = {});

  std::string name() const override { return "SigmoidFocalLoss"; }
  Answers answers(const Tensor& prediction, const Tensor& target) const override {
    return count_above(prediction, target, 0);
  }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double alpha_, gamma_;
};

}  // namespace minnow::inline MINNOW_PRECISION
