#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct RMSpropOptions {
  double learning_rate = 0.01;
  double alpha = 0.99;  // decay of the average squared gradient
  double epsilon = 1e-8;
  double weight_decay = 0;  // added to the gradient as weight_decay * p
  double momentum = 0;
  bool centered = false;  // divide by the standard deviation instead of the root mean square
};

/// RMSprop (Hinton, 2012), with the update of torch.optim.RMSprop. For gradient g of parameter p:
///   g += weight_decay p;   v = alpha v + (1 - alpha) g^2;   m = alpha m + (1 - alpha) g;
///   s = sqrt(v), or sqrt(v - m^2) if centered;   b = momentum b + g / (s + epsilon);   p -= learning_rate b.
/// If rounding makes v - m^2 negative, it is replaced by 0; in PyTorch the parameter becomes NaN.
/// If s + epsilon is 0, g / (s + epsilon) is replaced by 0; in PyTorch it is NaN or infinite.
class MINNOW_API RMSprop : public GroupedOptimizer<RMSpropOptions> {
 public:
  /// Builds the optimizer from groups, each with its own options.
  explicit RMSprop(const ParameterGroups<RMSpropOptions>& groups);

  /// Throws ValueError if an option is negative or not finite, or alpha is 1 or more.
  explicit RMSprop(std::vector<NamedTensor> parameters, const RMSpropOptions& options = {});

  void visit_state(StateVisitor& visitor) override;

 protected:
  void update(std::size_t index, Parameter& parameter) override;

 private:
  struct Averages {
    FixedTensor square, mean, buffer;  // v, m and b; without a shape before their first use
  };

  std::vector<Averages> averages_;  // one per parameter
};

}  // namespace minnow::inline MINNOW_PRECISION
