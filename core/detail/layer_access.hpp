#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Reads a layer's private `parts(...)`, its parameters and geometry, for a fused step. A layer that can be part of a
/// fused step declares LayerAccess a friend; no public header names a fused step.
struct LayerAccess {
  template <class L, class... Arguments>
  static decltype(auto) parts(L& layer, const Arguments&... arguments) {
    return layer.parts(arguments...);
  }
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
