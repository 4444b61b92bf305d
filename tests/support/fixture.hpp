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

/// Returns a file of tests/fixtures, an array of cases. scripts/make_fixtures.py writes the files.
inline Json read_fixture(const std::string& name) {
  std::ifstream file(std::string(MINNOW_SOURCE_DIR) + "/tests/fixtures/" + name);
  if (!file) throw std::runtime_error("no fixture " + name + "; run scripts/make_fixtures.py");
  return Json::parse(file);
}

inline Shape fixture_shape(const Json& entry) {
  const auto extents = entry.at("shape").get<std::vector<std::size_t>>();
  return Shape(extents.begin(), extents.end());
}

/// Returns a number. JSON has no NaN and infinity: the fixtures write "nan", "inf" and "-inf".
inline double fixture_number(const Json& entry) {
  return entry.is_string() ? std::stod(entry.get<std::string>()) : entry.get<double>();
}

inline std::vector<double> fixture_numbers(const Json& entries) {
  std::vector<double> numbers;
  for (const Json& entry : entries) numbers.push_back(fixture_number(entry));
  return numbers;
}

/// Returns the tensor of an entry {"shape": [...], "data": [...]}.
template <class T = Real>
BasicTensor<T> fixture_tensor(const Json& entry) {
  auto tensor = BasicTensor<T>::from_shape(fixture_shape(entry));
  const auto values = fixture_numbers(entry.at("data"));
  std::transform(values.begin(), values.end(), tensor.data(), [](double v) { return static_cast<T>(v); });
  return tensor;
}

/// max|a - ref| / max|ref|, as in compare.hpp.
template <class T>
double error(const BasicTensor<T>& a, const Json& entry) {
  return error(a, fixture_shape(entry), fixture_numbers(entry.at("data")));
}

inline double error(const FixedTensor& a, const Json& entry) { return error(a.tensor(), entry); }

/// Records a measured error for the report of --gtest_output=json.
inline void record_error(const std::string& name, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", value);
  ::testing::Test::RecordProperty(name, text);
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
