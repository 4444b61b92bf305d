#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;    // how much of the average gradient stays at each step
  double beta2 = 0.999;  // the same for the average squared gradient
  double epsilon = 1e-8;
  double weight_decay = 0;  // added to the gradient as weight_decay * p
  bool amsgrad = false;     // divide by the largest average so far
};

/// Adam (Kingma and Ba, 2015), torch.optim.Adam's update to the letter. For gradient g of parameter p at its step t:
///   g += weight_decay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2;
///   p -= learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon);
/// with AMSGrad the largest v so far stands in for v. A step without a gradient for p does not count in its t.
class MINNOW_API Adam : public GroupedOptimizer<AdamOptions> {
 public:
  /// Throws ValueError when an option is negative or not finite, or a beta is 1 or more.
  explicit Adam(std::vector<NamedTensor> parameters, const AdamOptions& options = {});

  /// Parameters with options of their own.
  explicit Adam(const ParameterGroups<AdamOptions>& groups);

  void visit_state(StateVisitor& visitor) override;

 protected:
  enum class Decay { in_gradient, decoupled };
  Adam(const ParameterGroups<AdamOptions>& groups, Decay decay);

  void update(std::size_t index, Parameter& parameter) override;

 private:
  struct Moments {
    FixedTensor m, v, v_max;  // without a shape before the first step; v_max also without AMSGrad
    std::uint64_t t = 0;      // steps of this parameter
  };

  Decay decay_;
  std::vector<Moments> moments_;  // one per parameter
};

}  // namespace minnow::inline MINNOW_PRECISION
