#pragma once

#include <minnow/core/threading/threads.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

/// Accepts whole numbers from `low` to `high`. CLI11 alone converts -1 to the largest unsigned integer.
inline CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  return {[low, high](const std::string& text) {
            const bool digits =
                !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
            if (digits && std::stoull(text) >= low && std::stoull(text) <= high) return std::string();
            return fmt::format("expected a whole number from {} to {}, got '{}'", low, high, text);
          },
          ""};
}

/// Accepts finite numbers from `low` to `high`.
inline CLI::Validator number(double low, double high) {
  return {[low, high](const std::string& text) {
            char* end = nullptr;
            const double value = std::strtod(text.c_str(), &end);
            if (!text.empty() && *end == '\0' && value >= low && value <= high) return std::string();
            return fmt::format("expected a number from {} to {}, got '{}'", low, high, text);
          },
          ""};
}

/// The options of all programs that train.
struct CommonOptions {
  std::uint64_t seed = 42;
  std::optional<int> threads;

  void add_to(CLI::App& app) {
    app.add_option("--seed", seed, "Seed of all random numbers")
        ->check(whole_number(0, 999'999'999'999'999'999))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--threads", threads, "Number of threads; the default is all cores")
        ->check(whole_number(1, 1024))
        ->type_name("N");
  }
  void apply() const {
    if (threads) minnow::set_threads(*threads);
  }
};

/// Parses the command line, then runs the program. Returns the exit code: 0, or 1 after a line that describes the
/// error.
template <class Program>
int run(CLI::App& app, int argc, char** argv, Program program) {
  app.failure_message([](const CLI::App* self, const CLI::Error& error) {
    return fmt::format("{}: {} (--help explains the options)\n", self->get_name(), error.what());
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  std::string failure;
  try {
    program();
    if (std::fflush(stdout) != 0) failure = "cannot write to the standard output.";
  } catch (const std::bad_alloc&) {
    failure = "not enough memory. Use fewer or smaller images, or smaller batches.";
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (failure.empty()) return 0;
  std::fflush(stdout);
  std::fputs(fmt::format("{}: {}\n", app.get_name(), failure).c_str(), stderr);
  return 1;
}
