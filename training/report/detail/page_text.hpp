#pragma once

#include <minnow/core/precision.hpp>

#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

// The files in page/, which CMake makes a part of the library. page_html has the places {{title}}, {{sentence}},
// {{version}}, {{styles}}, {{script}} and {{run}}.
extern const std::string_view page_html, page_styles, page_script;

}  // namespace minnow::inline MINNOW_PRECISION::detail
