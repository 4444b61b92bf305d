#pragma once

#include <minnow/core/parameter.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Changes parameters along their gradients. Built from model.parameters(), which must outlive it; its state is a
/// vector parallel to them.
class MINNOW_API Optimizer {
 public:
  /// Throws ValueError when there is nothing to optimize, a parameter comes twice or belongs to another optimizer.
  explicit Optimizer(std::vector<NamedTensor> parameters);
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;  // two would both claim the parameters
  Optimizer& operator=(const Optimizer&) = delete;

  /// Applies the gradients, once per batch. Frozen parameters and those without a gradient since the last step are left
  /// alone. Afterwards every gradient is stale: the next backward starts afresh. Throws Error when there is no gradient
  /// at all: backward did not run, or ran on a copy of the model.
  void step();

  /// How often step() was called.
  std::uint64_t steps() const { return steps_; }

  const std::vector<NamedTensor>& parameters() const { return parameters_; }

 protected:
  /// Updates parameter number `index`, whose gradient is fresh.
  virtual void update(std::size_t index, Parameter& parameter) = 0;

 private:
  std::vector<NamedTensor> parameters_;
  std::shared_ptr<void> claim_ = std::make_shared<char>();  // the parameters hold weak pointers to it
  std::uint64_t steps_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
