#pragma once

#include <exception>
#include <string_view>

#include <fmt/format.h>

/// The reader of the standard output has closed it, as `| head` does.
class OutputClosed : public std::exception {
 public:
  const char* what() const noexcept override { return "the reader of the standard output closed it"; }
};

/// Writes text to the standard output. If that fails, it throws OutputClosed or DataError, unless ignore_closed_output
/// was called.
void write_output(std::string_view text);
void flush_output();

/// From now on a failing standard output does not end the program: its files are still written.
void ignore_closed_output();

/// Throws DataError if writing failed after ignore_closed_output, for a reason other than a closed reader.
void check_output();

/// Formats and writes text to the standard output.
template <class... T>
void say(fmt::format_string<T...> format, T&&... values) {
  write_output(fmt::format(format, std::forward<T>(values)...));
}

/// Nothing is written to the standard output while such an object exists.
class QuietOutput {
 public:
  QuietOutput();
  QuietOutput(const QuietOutput&) = delete;
  QuietOutput& operator=(const QuietOutput&) = delete;
  ~QuietOutput();
};
