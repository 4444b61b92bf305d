#pragma once

#include <minnow/training/report/distributions.hpp>

#include <span>
#include <string>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns the lines of JSON of these distributions, one for each epoch. read_distributions reads them.
std::string distribution_lines(std::span<const Distribution> distributions);

}  // namespace minnow::inline MINNOW_PRECISION::detail
