#pragma once

// Included by the tests that tests/docs/CMakeLists.txt writes from the pages in docs/.

#include <minnow/images.hpp>
#include <minnow/minnow.hpp>
#include <minnow/onnx.hpp>
#include <minnow/report.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

/// Returns `value` as text with as many decimals as `shown`.
inline std::string with_decimals_of(const std::string& shown, double value) {
  if (std::isnan(value)) return "nan";
  const std::size_t point = shown.find('.');
  const std::size_t decimals = point == std::string::npos ? 0 : shown.size() - point - 1;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", static_cast<int>(decimals), value);
  return text;
}

#define EXPECT_SHOWN(shown, ...) EXPECT_EQ(with_decimals_of(shown, static_cast<double>(__VA_ARGS__)), shown)
