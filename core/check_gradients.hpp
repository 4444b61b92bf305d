#pragma once

#include <minnow/core/layer.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

namespace minnow::inline MINNOW_PRECISION {

struct GradientCheckOptions {
  double tolerance = std::is_same_v<Real, double> ? 1e-7 : 1e-2;  // of a tensor's largest gradient
  double step = std::is_same_v<Real, double> ? 1e-4 : 2e-2;       // h of the differences
  std::size_t max_coordinates = 256;                              // checked per tensor, chosen at random beyond that
  std::uint64_t seed = 1;
  Mode mode = Mode::train;
  bool batch_of_one = true;  // also with a single sample; false for layers that need more, as BatchNorm
  // Instead of normal numbers kept 0.1 away from 0, where ReLU has its kink.
  std::optional<Tensor> input = std::nullopt;
};

struct GradientReport {
  bool ok = true;
  double worst_error = 0;        // over every comparison: |backward - differences| / the tensor's largest gradient
  std::string worst_coordinate;  // where: "weight[1, 2]", "dx[0, 3]"
  std::string failure;           // the first fault found, in one line; empty when ok
  explicit operator bool() const { return ok; }
};

/// Tells whether a layer's backward is the derivative of its forward and keeps the contract of Layer, by fourth-order
/// central differences of L = sum(y * dy) at random x and dy. Reliable in the double build; in float it still finds
/// gross faults. Beyond dL/dx and dL/dp it checks that forward writes all of y and repeats itself, that nothing writes
/// into x, y or dy, that a second backward adds, that the first one after a step overwrites, that a null dx changes
/// nothing else, a batch of 1, that passes with different contexts, or one after another in the same, do not disturb
/// each other, and that memory_use() promises nothing that the passes do not keep. `input_shape` has the batch axis
/// first. Frozen parameters are left out. Parameters keep their values; gradients are left stale. Needs no test
/// framework.
MINNOW_API GradientReport check_gradients(Layer& layer, const Shape& input_shape,
                                          const GradientCheckOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
