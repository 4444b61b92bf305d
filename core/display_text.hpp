#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the text with each byte of a control character, and each byte that is not UTF-8, replaced by "\x" and two
/// hexadecimal digits.
MINNOW_API std::string printable(std::string_view text);

/// Returns printable(text) of each text.
MINNOW_API std::vector<std::string> printable(const std::vector<std::string>& texts);

/// Returns true if the text is UTF-8.
MINNOW_API bool is_utf8(std::string_view text);

/// Returns the number of columns of printable text in a terminal: two for a wide East Asian character or an emoji, none
/// for a combining mark, one for any other character.
MINNOW_API std::size_t display_width(std::string_view text);

/// Return the text with spaces behind or before it, up to `width` columns. Longer text is returned as it is.
MINNOW_API std::string left_aligned(std::string_view text, std::size_t width);
MINNOW_API std::string right_aligned(std::string_view text, std::size_t width);

/// Returns the text if it fits in `width` columns, otherwise its beginning and "…". A character is never divided.
MINNOW_API std::string clipped(std::string_view text, std::size_t width);

}  // namespace minnow::inline MINNOW_PRECISION
