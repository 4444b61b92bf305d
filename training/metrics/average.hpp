#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// How one number is made of the classes': their plain mean, the number of all decisions taken together, or their mean
/// weighted by the true samples of each.
enum class Average { macro, micro, weighted };

}  // namespace minnow::inline MINNOW_PRECISION
