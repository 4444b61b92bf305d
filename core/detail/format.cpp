#define FMT_HEADER_ONLY
#include <minnow/core/detail/format.hpp>

#include <fmt/format.h>

namespace minnow::inline MINNOW_PRECISION {

std::string vformat_text(fmt::string_view format, fmt::format_args args) { return fmt::vformat(format, args); }

}  // namespace minnow::inline MINNOW_PRECISION
