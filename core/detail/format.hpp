#pragma once

#include <minnow/core/precision.hpp>

#include <string>

#include <fmt/core.h>

namespace minnow::inline MINNOW_PRECISION {

MINNOW_API std::string vformat_text(fmt::string_view format, fmt::format_args args);

/// fmt::format, compiled in one place: {fmt} then costs the other files little to compile, and nobody to link.
template <class... Args>
std::string format_text(fmt::format_string<Args...> format, Args&&... args) {
  return vformat_text(format, fmt::make_format_args(args...));
}

}  // namespace minnow::inline MINNOW_PRECISION
