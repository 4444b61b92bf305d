#pragma once

#include <tests/support/run_program.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

/// Runs a program of apps/ in the shell. The output contains stderr.
inline ProgramResult run_app(const std::string& command) {
  return run_program(std::string(MINNOW_APPS_DIR) + "/" + command + " 2>&1");
}

inline ProgramResult run_minnow(const std::string& arguments) { return run_app("minnow " + arguments); }

inline std::string file_content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::ptrdiff_t lines_in(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

/// Expects the exit status 1 and one line, which begins with the name of the program.
inline void expect_refusal(const std::string& arguments, const std::string& name, const std::string& part = "") {
  const ProgramResult result = run_minnow(arguments);
  EXPECT_EQ(result.exit_code, 1) << arguments << "\n" << result.output;
  EXPECT_EQ(lines_in(result.output), 1) << arguments << "\n" << result.output;
  EXPECT_EQ(result.output.rfind(name + ": ", 0), 0u) << arguments << "\n" << result.output;
  EXPECT_NE(result.output.find(part), std::string::npos) << arguments << "\n" << part << "\n" << result.output;
}
