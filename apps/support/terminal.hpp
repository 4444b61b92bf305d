#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

/// Returns the number of columns of the terminal; 0 if the output is not a terminal that can update a line.
inline std::size_t terminal_columns() {
  const char* term = std::getenv("TERM");
  if (isatty(STDOUT_FILENO) == 0 || term == nullptr || std::string(term) == "dumb") return 0;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

/// Returns the text with control characters replaced by '?', so that a name in a file cannot change the terminal.
inline std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return text;
}

/// Returns the text with spaces behind it, up to `width` characters of UTF-8.
inline std::string left_aligned(std::string text, std::size_t width) {
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  if (characters < width) text.append(width - characters, ' ');
  return text;
}

inline std::string clock(double seconds) {
  if (seconds < 60) return fmt::format("{:4.1f} s", seconds);
  const auto whole = static_cast<long>(seconds + 0.5);
  return fmt::format("{}:{:02} min", whole / 60, whole % 60);
}
