#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// How the scores of the classes or labels are combined: macro is their mean, weighted is their mean weighted by the
/// number of true samples of each class, and micro is the score of all decisions taken together.
enum class Average { macro, micro, weighted };

}  // namespace minnow::inline MINNOW_PRECISION
