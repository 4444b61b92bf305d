#pragma once

#include <minnow/core/layer.hpp>

#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// How a Sequential runs its children: neighbours that are faster as one are rewritten as one, and activations share
/// memory where nobody misses what was there.
struct Plan {
  /// One layer to run: the child `first`, or several children [first, last) rewritten as one.
  struct Step {
    Layer* layer;
    std::unique_ptr<Layer> fused;  // null for a child as it is
    std::size_t first, last;
    bool in_place = false;     // works in the memory of its input
    bool overwritten = false;  // a later step does so in its output
    std::size_t slot = 0;      // which tensor holds its output
  };

  /// A plan for `prediction` has no backward: more can be rewritten.
  Plan(const std::vector<Layer*>& children, bool prediction);

  std::vector<Step> steps;
  std::size_t slots = 0;  // that of the last step is the container's own output
};

}  // namespace minnow::inline MINNOW_PRECISION
