#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct SGDOptions {
  double learning_rate = 0.01;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;  // added to the gradient as weight_decay * p
  bool nesterov = false;    // needs momentum and no dampening
};

/// Stochastic gradient descent, torch.optim.SGD's update to the letter. For gradient g of parameter p at step t:
///   g += weight_decay p;   b = g at the parameter's first step, then momentum b + (1 - dampening) g;
///   g = b, or g + momentum b with Nesterov;   p -= learning_rate g.
class MINNOW_API SGD : public GroupedOptimizer<SGDOptions> {
 public:
  /// Throws ValueError when an option is negative or not finite, or Nesterov lacks what it needs.
  explicit SGD(std::vector<NamedTensor> parameters, const SGDOptions& options = {});

  /// Parameters with options of their own: SGD sgd{{{weights, {.weight_decay = 1e-4}}, {biases, {}}}}.
  explicit SGD(const ParameterGroups<SGDOptions>& groups);

  void visit_state(StateVisitor& visitor) override;

 protected:
  void update(std::size_t index, Parameter& parameter) override;

 private:
  std::vector<FixedTensor> momentum_;  // b, one per parameter; without a shape before its first step with momentum
};

}  // namespace minnow::inline MINNOW_PRECISION
