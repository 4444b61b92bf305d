#pragma once

#include <minnow/core/threads.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

/// The options every program has.
struct CommonOptions {
  std::uint64_t seed = 42;
  std::optional<int> threads;

  void add_to(CLI::App& app) {
    app.add_option("--seed", seed, "Where all random numbers start: the same seed gives the same run")
        ->capture_default_str();
    app.add_option("--threads", threads, "Threads for matrix products (default: as OpenBLAS chooses, all cores)");
  }
  void apply() const {
    if (threads) minnow::set_threads(*threads);
  }
};

/// Parses the command line, then runs the program: exit code 0, or 1 after one line that says what is wrong.
template <class Program>
int run(CLI::App& app, int argc, char** argv, Program program) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  try {
    program();
    return 0;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}\n", app.get_name(), error.what());
    return 1;
  }
}
