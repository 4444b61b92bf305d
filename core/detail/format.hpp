#pragma once

#include <minnow/core/precision.hpp>

#include <string>

#include <fmt/core.h>

namespace minnow::inline MINNOW_PRECISION {

MINNOW_API std::string vformat_text(fmt::string_view format, fmt::format_args args);

/// Returns fmt::format(format, args...). Only one file compiles {fmt}, so other files compile fast and need not link
/// it.
template <class... Args>
std::string format_text(fmt::format_string<Args...> format, Args&&... args) {
  return vformat_text(format, fmt::make_format_args(args...));
}

}  // namespace minnow::inline MINNOW_PRECISION
