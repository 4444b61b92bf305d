#pragma once

#include <minnow/core/layer.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct GradientCheckOptions {
  double tolerance = std::is_same_v<Real, double> ? 1e-7 : 1e-2;  // relative to the tensor's largest gradient
  double step = std::is_same_v<Real, double> ? 1e-4 : 2e-2;       // h of the finite differences
  std::size_t max_coordinates = 256;                              // per tensor; a random choice if there are more
  std::uint64_t seed = 1;
  Mode mode = Mode::train;
  bool batch_of_one = true;  // also checks a single sample; set false for layers that need more, such as BatchNorm
  // The default is normal values at least 0.1 away from 0, where ReLU is not differentiable.
  std::optional<Tensor> input = std::nullopt;
};

struct GradientReport {
  bool ok = true;
  double worst_error = 0;               // maximum of |backward - differences| / the tensor's largest gradient
  std::string worst_coordinate;         // its location: "weight[1, 2]", "dx[0, 3]"
  std::string failure;                  // the first fault, in one line; empty if ok
  std::vector<std::string> parameters;  // names of the parameters whose gradients were checked; for a loss, none
  explicit operator bool() const { return ok; }
};

/// Checks that a layer's backward is the derivative of its forward, and that the layer fulfils the contract of Layer.
/// The derivative is compared with fourth-order central differences of L = sum(y * dy) at random x and dy. The check is
/// reliable in the double build; in float it finds large errors only. It also checks that:
/// - forward writes all of y, and gives the same y for the same x;
/// - no pass writes to x, y or dy;
/// - a second backward adds to the gradients, and the first backward after a step overwrites them;
/// - a null dx changes no other result;
/// - a batch of 1 works;
/// - passes with different contexts, or consecutive passes in one context, do not affect each other;
/// - memory_use() is true;
/// - state() lists every parameter whose gradient backward writes, by grad_target() or grad_to_add() on this thread.
///
/// It cannot find a forgotten parameter without a gradient: compare the report's `parameters` with those of the layer.
/// `input_shape` includes the batch axis. Frozen parameters are not checked. Parameters keep their values; gradients
/// are stale afterwards. Needs no test framework.
MINNOW_API GradientReport check_gradients(Layer& layer, const Shape& input_shape,
                                          const GradientCheckOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
