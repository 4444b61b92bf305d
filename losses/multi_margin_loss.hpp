#pragma once

#include <minnow/losses/loss.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct MultiMarginOptions {
  int p = 1;                                    // 1 or 2: exponent of the margin violation
  double margin = 1;                            // by which the score of the label should exceed all other scores
  std::optional<Tensor> weight = std::nullopt;  // (C), of each class; unset: all 1
  Reduction reduction = Reduction::mean;
};

/// Multi-class hinge loss, as in support vector machines and torch.nn.MultiMarginLoss:
///   loss = w_t / C sum over j != t of h_j^p,   h_j = max(0, margin - x_t + x_j),
///   dloss/dx_j = w_t / C p h_j^(p - 1) [h_j > 0],   and minus the sum of these at j = t.
///   prediction: (N, C) scores; target: (N) class indices.
/// The mean divides by the number of samples; class weights do not change the divisor.
class MINNOW_API MultiMarginLoss : public Loss {
 public:
  /// Throws ValueError if p is not 1 or 2, if margin is not finite, or if a weight is negative or not finite.
  explicit MultiMarginLoss(MultiMarginOptions options = {});

  std::string name() const override { return "MultiMarginLoss"; }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double row(const Real* x, std::size_t label, std::size_t classes, double weight, double scale, Real* gradient) const;

  MultiMarginOptions options_;
};

}  // namespace minnow::inline MINNOW_PRECISION
