#include <minnow/core/detail/character_widths.hpp>
#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>

#include <algorithm>
#include <span>

namespace minnow::inline MINNOW_PRECISION {
namespace {

struct Character {
  char32_t code;
  std::size_t bytes;
  bool is_valid;
};

/// Decodes the first character of non-empty UTF-8 text. An invalid character has one byte. The Unicode Standard,
/// table 3-7, lists the valid sequences: the shortest ones, without surrogates, up to U+10FFFF.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (bytes == 0 || bytes > text.size()) return {lead, 1, false};
  auto code = static_cast<char32_t>(lead & (0xFFu >> (bytes + 1)));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0u) != 0x80) return {lead, 1, false};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  constexpr char32_t smallest[] = {0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[bytes - 2] || is_surrogate || code > 0x10FFFF) return {lead, 1, false};
  return {code, bytes, true};
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

/// Returns true if one of the ascending ranges contains the character.
bool contains(std::span<const CharacterRange> ranges, char32_t code) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), code,
                                      [](char32_t c, const CharacterRange& range) { return c < range.first; });
  return after != ranges.begin() && code <= std::prev(after)->last;
}

std::size_t width_of(char32_t code) {
  return contains(zero_width_characters, code) ? 0 : contains(wide_characters, code) ? 2 : 1;
}

std::string spaces_to(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, display_width(text)), ' ');
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Character character = first_character(text);
    for (const char c : text.substr(0, character.bytes))
      if (character.is_valid && !is_control(character.code))
        result += c;
      else
        result += format_text("\\x{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    text.remove_prefix(character.bytes);
  }
  return result;
}

std::vector<std::string> printable(const std::vector<std::string>& texts) {
  std::vector<std::string> result;
  for (const std::string& text : texts) result.push_back(printable(std::string_view(text)));
  return result;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.is_valid) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    width += width_of(character.code);
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string left_aligned(std::string_view text, std::size_t width) {
  return std::string(text) + spaces_to(text, width);
}

std::string right_aligned(std::string_view text, std::size_t width) {
  return spaces_to(text, width) + std::string(text);
}

std::string clipped(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t bytes = 0, columns = 0;
  while (bytes < text.size()) {
    const Character character = first_character(text.substr(bytes));
    columns += width_of(character.code);
    if (columns > width - 1) break;  // a column for the dots; combining marks stay with their letter
    bytes += character.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

}  // namespace minnow::inline MINNOW_PRECISION
