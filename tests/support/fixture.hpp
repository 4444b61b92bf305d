#pragma once

#include <minnow/core/tensor.hpp>

#include <tests/support/compare.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION::testing {

using Json = nlohmann::json;

/// A file of tests/fixtures, which scripts/make_fixtures.py writes: an array of cases.
inline Json read_fixture(const std::string& name) {
  std::ifstream file(std::string(MINNOW_SOURCE_DIR) + "/tests/fixtures/" + name);
  if (!file) throw std::runtime_error("no fixture " + name + "; run scripts/make_fixtures.py");
  return Json::parse(file);
}

inline Shape fixture_shape(const Json& entry) {
  const auto extents = entry.at("shape").get<std::vector<std::size_t>>();
  return Shape(extents.begin(), extents.end());
}

/// The tensor that an entry {"shape": [...], "data": [...]} holds.
template <class T = Real>
BasicTensor<T> fixture_tensor(const Json& entry) {
  auto tensor = BasicTensor<T>::from_shape(fixture_shape(entry));
  const auto values = entry.at("data").get<std::vector<double>>();
  std::transform(values.begin(), values.end(), tensor.data(), [](double v) { return static_cast<T>(v); });
  return tensor;
}

/// max|a - ref| / max|ref|; infinite when the shapes differ. A fixture holds no NaN.
template <class T>
double error(const BasicTensor<T>& a, const Json& entry) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const auto reference = entry.at("data").get<std::vector<double>>();
  if (a.shape() != fixture_shape(entry) || a.size() != reference.size()) return infinite;
  double difference = 0, scale = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const auto value = static_cast<double>(a.data()[i]);
    if (std::isnan(value)) return infinite;
    difference = std::max(difference, std::abs(value - reference[i]));
    scale = std::max(scale, std::abs(reference[i]));
  }
  return difference == 0 ? 0 : difference / scale;
}

/// Leaves a measured error in the test's record: --gtest_output=json shows it.
inline void record_error(const std::string& name, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", value);
  ::testing::Test::RecordProperty(name, text);
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
