#pragma once

#include <minnow/losses/loss.hpp>
#include <minnow/losses/position_weights.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct FocalOptions {
  double gamma = 2;                             // at least 0: how much a sample that is right already is discounted
  std::optional<Tensor> weight = std::nullopt;  // (C), of each class, often called alpha; unset: all 1
  std::int64_t ignore_index = -100;             // positions with this label count for nothing
  Reduction reduction = Reduction::mean;
};

/// Focal loss for classes on logits (Lin et al., 2017, with softmax for sigmoid): cross-entropy in which what is
/// answered right already counts little. With l = CrossEntropyLoss of a position and p = e^-l its label's probability,
///   loss = w_t (1 - p)^gamma l,   dloss/dx_j = w_t (1 - p)^(gamma - 1) (1 - p + gamma p l) (softmax(x)_j - (j == t)).
///   prediction: (N, C) or (N, C, d1, ...) logits; target: (N) or (N, d1, ...) class indices.
/// The mean is over the weights of the classes that the targets name, as in CrossEntropyLoss, which gamma = 0 gives.
class MINNOW_API FocalLoss : public Loss {
 public:
  /// Throws ValueError for a gamma below 0 and for a weight that is negative or not finite.
  explicit FocalLoss(FocalOptions options = {});

  std::string name() const override { return "FocalLoss"; }
  Answers answers(const Tensor& prediction, const Tensor& target) const override {
    return count_largest(prediction, target, options_.ignore_index);
  }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  FocalOptions options_;
  PositionWeights weights_;
  std::vector<double> position_losses_;  // (N, d1, ...)
};

}  // namespace minnow::inline MINNOW_PRECISION
