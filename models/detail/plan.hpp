#pragma once

#include <minnow/core/layer.hpp>

#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The steps in which a Sequential runs its children. Adjacent children are fused into one step if the step is faster.
/// Activations share memory if no step reads the overwritten elements.
struct Plan {
  /// One layer to run: the child `first`, or a fused layer for the children [first, last).
  struct Step {
    Layer* layer;
    std::unique_ptr<Layer> fused;  // null if `layer` is a child
    std::size_t first, last;
    bool in_place = false;     // writes its output into the memory of its input
    bool overwritten = false;  // the next step overwrites its output
    std::size_t slot = 0;      // index of the tensor that contains its output
  };

  /// With `prediction`, no backward pass follows, and more children can be fused.
  Plan(const std::vector<Layer*>& children, bool prediction);

  std::vector<Step> steps;
  std::size_t slots = 0;  // the last slot is the output of the container
};

}  // namespace minnow::inline MINNOW_PRECISION
