#include <minnow/io/detail/shown.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

std::string shown(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return std::string(text);
  const auto continues = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0u) == 0x80; };
  std::size_t end = longest;
  while (end + 3 > longest && continues(end)) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
