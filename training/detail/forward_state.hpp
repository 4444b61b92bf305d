#pragma once

#include <minnow/core/layer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A copy of what a training step changes in a model before the optimizer's step: the buffers, and the random streams
/// and counters that visit_state lists. Only the constructor allocates.
class ForwardState : private StateVisitor {
 public:
  explicit ForwardState(Layer& model);

  void save() { transfer_all(false); }

  /// Writes the copy into the model. The gradients become stale.
  void restore();

 private:
  /// Values of one type, in the order of the visits.
  template <class T>
  struct Copy {
    std::vector<T> values;
    std::size_t at = 0;
  };

  bool skips_layer_state() const override { return true; }
  bool writes() const override { return restoring_; }
  void do_constant(const std::string&, std::string_view) override {}
  void do_visit(const std::string&, std::uint64_t& value) override { transfer({&value, 1}, integers_); }
  void do_visit(const std::string&, double& value) override { transfer({&value, 1}, reals_); }
  void do_visit(const std::string&, FixedTensor& tensor) override;
  void do_visit(const std::string& name, FixedTensor& tensor, const Shape&) override { do_visit(name, tensor); }

  void transfer_all(bool restoring);
  template <class T>
  void transfer(std::span<T> members, Copy<T>& copy);

  Layer& model_;
  std::vector<NamedTensor> entries_;
  bool restoring_ = false, visits_ = true;  // visits_: visit_state lists something
  Copy<std::uint64_t> integers_;
  Copy<double> reals_;
  Copy<Real> elements_;
};

/// Restores the model when it is destroyed.
struct RestoreAtExit {
  explicit RestoreAtExit(ForwardState& saved) : state(saved) {}
  RestoreAtExit(const RestoreAtExit&) = delete;
  RestoreAtExit& operator=(const RestoreAtExit&) = delete;
  ~RestoreAtExit() { state.restore(); }
  ForwardState& state;
};

}  // namespace minnow::inline MINNOW_PRECISION
