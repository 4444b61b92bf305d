#pragma once

#include <minnow/core/precision.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the version of the linked library: "0.1.0".
MINNOW_API std::string version();

}  // namespace minnow::inline MINNOW_PRECISION
