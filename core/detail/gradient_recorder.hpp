#pragma once

#include <minnow/core/parameter.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Observes the gradients that this thread writes through grad_target() and grad_to_add(), and finds those that a
/// layer's state() does not list.
class GradientRecorder {
 public:
  explicit GradientRecorder(std::vector<NamedTensor> state);
  ~GradientRecorder();
  GradientRecorder(const GradientRecorder&) = delete;
  GradientRecorder& operator=(const GradientRecorder&) = delete;

  /// Describes the first gradient that state() does not list, in one line; empty if there is none.
  const std::string& fault() const { return fault_; }

  /// Called by Parameter before a gradient is written.
  static void record(const Parameter& parameter);

 private:
  void check(const Parameter& parameter);

  std::vector<NamedTensor> state_;
  std::string fault_;
  GradientRecorder* outer_;  // records again after this one
};

}  // namespace minnow::inline MINNOW_PRECISION
