#pragma once

#include <minnow/core/layer.hpp>

#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// A pass that is known to be right: x, dy, and what they gave.
struct KnownPass {
  const Tensor& x;
  const Tensor& dy;
  const Tensor& y;
  std::span<const Tensor> gradients;  // dx, then one per parameter
};

/// Whether the layer keeps what its memory_use() promises: backward gives the same to the last bit when x or y, which
/// it says it does not read, was overwritten since forward, and so do both passes in place. Returns the first fault in
/// a line, or nothing.
std::string memory_use_fault(Layer& layer, const std::vector<NamedTensor>& parameters, Mode mode,
                             const KnownPass& known);

}  // namespace minnow::inline MINNOW_PRECISION
