#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
};

/// Softmax and cross-entropy in one, as torch.nn.CrossEntropyLoss: for logits x and target t,
///   loss_i = log sum over k of e^x_ik - sum over k of t_ik x_ik,   dloss_i/dx_ij = softmax(x_i)_j - t_ij,
/// in nats, stable for logits of any size. The backward of the mean is (p - t) / N.
///   prediction: (N, C) logits, C >= 1; target: (N) class indices, or (N, C) probabilities whose rows sum to 1.
class MINNOW_API CrossEntropyLoss : public Loss {
 public:
  explicit CrossEntropyLoss(const CrossEntropyOptions& options = {}) : options_(options) {}

  std::string name() const override { return "CrossEntropyLoss"; }
  double forward(const Tensor& prediction, const Tensor& target) override;
  const Tensor& backward() override;
  std::span<const double> per_sample() const override { return per_sample_; }

 private:
  double index_row(const Real* logits, std::size_t label, Real* gradient, std::size_t classes, double scale) const;
  double probability_row(const Real* logits, const Real* target, Real* gradient, std::size_t classes,
                         double scale) const;

  CrossEntropyOptions options_;
  Tensor gradient_;  // (N, C), made by forward while the row is in the cache
  std::vector<double> per_sample_;
  bool ready_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
