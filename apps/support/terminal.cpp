#include <minnow/core/display_text.hpp>

#include <apps/support/output.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::size_t terminal_columns() {
  const std::string term = environment("TERM");
  if (isatty(STDOUT_FILENO) == 0 || term.empty() || term == "dumb") return 0;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::size_t table_columns() {
  const std::size_t columns = terminal_columns();
  return columns == 0 ? 80 : columns;
}

bool shows_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value = environment(name);
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

std::string bar(double share, std::size_t width) {
  static const char* const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  share = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0;
  const bool unicode = shows_unicode();
  const auto eighths = static_cast<std::size_t>(std::lround(share * 8 * static_cast<double>(width)));
  const std::size_t full = unicode ? eighths / 8 : (eighths + 4) / 8, rest = unicode ? eighths % 8 : 0;
  std::string text;
  for (std::size_t i = 0; i < full; ++i) text += unicode ? "█" : "#";
  text += parts[rest];
  return text + std::string(width - full - (rest != 0), unicode ? ' ' : '.');
}

std::string clock(double seconds) {
  if (!std::isfinite(seconds)) return "?";
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string byte_size(std::size_t bytes) {
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 1'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

std::string wrapped(const std::string& text, std::size_t columns) {
  std::string result;
  std::size_t used = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.size(), text.find(' ', start));
    const std::string word = text.substr(start, end - start);
    const std::size_t width = minnow::display_width(word);
    if (used > 0 && used + 1 + width > columns) {
      result += '\n';
      used = 0;
    }
    result += (used > 0 ? " " : "") + word;
    used += width + (used > 0 ? 1 : 0);
    start = end + 1;
  }
  return result;
}

void say_table(const std::string& text) {
  const std::size_t columns = terminal_columns();
  if (columns == 0) return write_output(text);
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.size(), text.find('\n', start));
    write_output(minnow::clipped(std::string_view(text).substr(start, end - start), columns) + "\n");
    start = end + 1;
  }
}
