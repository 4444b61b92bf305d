#include <minnow/core/error.hpp>

#include <apps/support/output.hpp>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace {

struct Output {
  bool ignores_failures = false;
  int failure = 0;  // errno of the first failure
  int quiet = 0;    // number of QuietOutput
};

Output output;  // of this process, like stdout

[[noreturn]] void throw_failure(int error) {
  throw minnow::DataError(
      fmt::format("the standard output cannot be written ({}).", std::generic_category().message(error)));
}

void failed(int error) {
  output.failure = error;
  if (output.ignores_failures) return;
  if (error == EPIPE) throw OutputClosed();
  throw_failure(error);
}

}  // namespace

void write_output(std::string_view text) {
  if (output.failure != 0 || output.quiet > 0) return;
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size()) failed(errno);
}

void flush_output() {
  if (output.failure == 0 && std::fflush(stdout) != 0) failed(errno);
}

void ignore_closed_output() { output.ignores_failures = true; }

void check_output() {
  flush_output();
  if (output.failure != 0 && output.failure != EPIPE) throw_failure(output.failure);
}

QuietOutput::QuietOutput() { ++output.quiet; }
QuietOutput::~QuietOutput() { --output.quiet; }
