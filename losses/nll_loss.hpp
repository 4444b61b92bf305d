#pragma once

#include <minnow/losses/loss.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct NLLOptions {
  std::optional<Tensor> weight = std::nullopt;  // (C), of each class; unset: all 1
  std::int64_t ignore_index = -100;             // label of positions to leave out
  Reduction reduction = Reduction::mean;
};

/// Negative log-likelihood of log-probabilities x, as torch.nn.NLLLoss: loss = -w_t x_t, d/dx_t = -w_t, 0 elsewhere.
/// CrossEntropyLoss computes log_softmax and this loss in one, faster and more accurately.
///   prediction: (N, C) or (N, C, d1, ...) log-probabilities; target: (N) or (N, d1, ...) class indices.
/// The mean divides by the sum of the class weights of the labels; it is NaN if the sum is 0.
class MINNOW_API NLLLoss : public Loss {
 public:
  /// Throws ValueError if a weight is negative or not finite.
  explicit NLLLoss(NLLOptions options = {});

  std::string name() const override { return "NLLLoss"; }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  NLLOptions options_;
  std::vector<double> position_weights_;  // (N, d1, ...); empty: all 1
};

}  // namespace minnow::inline MINNOW_PRECISION
