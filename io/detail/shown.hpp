#pragma once

#include <minnow/core/precision.hpp>

#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns a name or text of a file for an error: cut at about `longest` bytes, between two characters of UTF-8.
std::string shown(std::string_view text, std::size_t longest = 100);

}  // namespace minnow::inline MINNOW_PRECISION::detail
