#pragma once

#include <minnow/losses/loss.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct FocalOptions {
  double gamma = 2;                             // at least 0: exponent of the reduction of easy samples
  std::optional<Tensor> weight = std::nullopt;  // (C), of each class, often called alpha; unset: all 1
  std::int64_t ignore_index = -100;             // label of positions to leave out
  Reduction reduction = Reduction::mean;
};

/// Focal loss of logits (Lin et al., 2017, with softmax instead of sigmoid): cross-entropy that reduces the loss of
/// samples classified well. With l = CrossEntropyLoss of a position and p = e^-l the probability of its label,
///   loss = w_t (1 - p)^gamma l,   dloss/dx_j = w_t (1 - p)^(gamma - 1) (1 - p + gamma p l) (softmax(x)_j - (j == t)).
///   prediction: (N, C) or (N, C, d1, ...) logits; target: (N) or (N, d1, ...) class indices.
/// The mean divides by the sum of the class weights of the labels, as in CrossEntropyLoss. gamma = 0 is
/// CrossEntropyLoss.
class MINNOW_API FocalLoss : public Loss {
 public:
  /// Throws ValueError if gamma or a weight is negative or not finite.
  explicit FocalLoss(FocalOptions options = {});

  std::string name() const override { return "FocalLoss"; }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  FocalOptions options_;
  std::vector<double> position_weights_;  // (N, d1, ...); empty: all 1
  std::vector<double> position_losses_;   // (N, d1, ...)
};

}  // namespace minnow::inline MINNOW_PRECISION
