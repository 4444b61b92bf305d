#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct RMSpropOptions {
  double learning_rate = 0.01;
  double alpha = 0.99;  // how much of the average squared gradient stays at each step
  double epsilon = 1e-8;
  double weight_decay = 0;  // added to the gradient as weight_decay * p
  double momentum = 0;
  bool centered = false;  // divide by the standard deviation, not the root mean square
};

/// RMSprop (Hinton, 2012), torch.optim.RMSprop's update to the letter. For gradient g of parameter p at step t:
///   g += weight_decay p;   v = alpha v + (1 - alpha) g^2;   m = alpha m + (1 - alpha) g;
///   s = sqrt(v), or sqrt(v - m^2) when centered;   b = momentum b + g / (s + epsilon);   p -= learning_rate b.
/// Where rounding takes v - m^2 below 0 it counts as 0; PyTorch's parameter becomes NaN there.
class MINNOW_API RMSprop : public GroupedOptimizer<RMSpropOptions> {
 public:
  /// Throws ValueError when an option is negative or not finite, or alpha is 1 or more.
  explicit RMSprop(std::vector<NamedTensor> parameters, const RMSpropOptions& options = {});

  /// Parameters with options of their own.
  explicit RMSprop(const ParameterGroups<RMSpropOptions>& groups);

  void visit_state(StateVisitor& visitor) override;

 protected:
  void update(std::size_t index, Parameter& parameter) override;

 private:
  struct Averages {
    FixedTensor square, mean, buffer;  // v, m and b, without a shape until they are needed
  };

  std::vector<Averages> averages_;  // one per parameter
};

}  // namespace minnow::inline MINNOW_PRECISION
