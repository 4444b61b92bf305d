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

inline std::string clock(double seconds) {
  if (seconds < 60) return fmt::format("{:4.1f} s", seconds);
  const auto whole = static_cast<long>(seconds + 0.5);
  return fmt::format("{}:{:02} min", whole / 60, whole % 60);
}
