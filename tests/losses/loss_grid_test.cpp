// Compares every loss on a grid of options, shapes and extremes with float64 references and with PyTorch's float32. If
// MINNOW_ACCURACY_TABLE=FILE is set, the float build writes the errors of docs/accuracy.md to FILE.

#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>

#include <tests/losses/make_loss.hpp>
#include <tests/support/markdown_table.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

/// Largest error of a group; `nan` is set if an error was NaN.
struct Largest {
  double finite = 0;
  bool nan = false;

  void add(double error) {
    nan = nan || std::isnan(error);
    finite = std::isnan(error) ? finite : std::max(finite, error);
  }
  std::string text() const {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.1e", finite);
    return nan ? "NaN" : digits;
  }
};

/// Errors of one loss with one set of options.
struct Group {
  std::string name;
  std::size_t cases = 0;
  Largest value, gradient, torch_value, torch_gradient;
};

/// Expected results of one reduction of a case.
struct Reference {
  double value;
  std::vector<double> per_sample, gradient;
};

Reference reference(const Json& fixture, const Json& reduction) {
  Reference result{fixture_number(reduction.at("value")), fixture_numbers(fixture.at("per_sample")),
                   fixture_numbers(fixture.at("gradient").at("data"))};
  const double divisor = reduction.at("divisor");
  for (double& g : result.gradient) g = divisor == 0 ? 0 : g / divisor;  // gradient 0 if nothing counts
  return result;
}

double relative(double value, double expected) {
  DoubleTensor one{value};
  return error(one, {1}, {expected});
}

double error_of(std::span<const double> values, const std::vector<double>& expected) {
  auto tensor = DoubleTensor::from_shape({values.size()});
  std::copy(values.begin(), values.end(), tensor.data());
  return error(tensor, {expected.size()}, expected);
}

void check_reduction(const Json& fixture, const std::string& name, const Json& reduction, Group& group) {
  const std::map<std::string, Reduction> reductions{
      {"mean", Reduction::mean}, {"sum", Reduction::sum}, {"batch_mean", Reduction::batch_mean}};
  const auto loss = make_loss(fixture.at("loss"), fixture.at("options"), reductions.at(name));
  const Reference expected = reference(fixture, reduction);
  const Tensor prediction = fixture_tensor(fixture.at("prediction")), target = fixture_tensor(fixture.at("target"));
  const double value = loss->forward(prediction, target, weight_option(fixture, "sample_weights"));
  const double value_error = relative(value, expected.value);
  const double gradient_error = error(loss->backward(), prediction.shape(), expected.gradient);
  EXPECT_LE(value_error, tolerance) << value << " for " << expected.value;
  EXPECT_LE(error_of(loss->per_sample(), expected.per_sample), tolerance) << "per_sample";
  EXPECT_LE(gradient_error, tolerance) << "gradient";
  ++group.cases;
  group.value.add(value_error);
  group.gradient.add(gradient_error);
  if (!reduction.contains("torch_float32")) return;
  group.torch_value.add(fixture_number(reduction.at("torch_float32").at("value")));
  group.torch_gradient.add(fixture_number(reduction.at("torch_float32").at("gradient")));
}

/// Returns the errors of all groups, in the order of the fixture.
std::vector<Group> run_grid() {
  std::vector<Group> groups;
  for (const Json& fixture : read_fixture("losses.json")) {
    const std::string name = fixture.at("group");
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{name, 0, {}, {}, {}, {}});
    for (const auto& [reduction, expected] : fixture.at("reductions").items()) {
      SCOPED_TRACE(format_text("{}, {}, {}", name, fixture.at("case").get<std::string>(), reduction));
      try {
        check_reduction(fixture, reduction, expected, *group);
      } catch (const Error& e) {
        ADD_FAILURE() << e.what();
      }
    }
  }
  return groups;
}

std::string table(const std::vector<Group>& groups) {
  std::vector<std::vector<std::string>> rows{{"loss and options", "cases", "value: Minnow float",
                                              "value: PyTorch float32", "gradient: Minnow float",
                                              "gradient: PyTorch float32"}};
  for (const Group& g : groups)
    rows.push_back({g.name, std::to_string(g.cases), g.value.text(), g.torch_value.text(), g.gradient.text(),
                    g.torch_gradient.text()});
  return markdown_table(rows);
}

// In float the largest error of a group is at most PyTorch's, or two units in the last place if that is larger.
TEST(LossGrid, IsAsAccurateAsPyTorch) {
  const std::vector<Group> groups = run_grid();
  EXPECT_GE(groups.size(), 49u);
  if (std::is_same_v<Real, double>) return;
  constexpr double two_ulp = 2 * static_cast<double>(std::numeric_limits<float>::epsilon());
  for (const Group& g : groups) {
    EXPECT_LE(g.value.finite, std::max(g.torch_value.finite, two_ulp)) << "value of " << g.name;
    EXPECT_LE(g.gradient.finite, std::max(g.torch_gradient.finite, two_ulp)) << "gradient of " << g.name;
  }
  if (const char* file = std::getenv("MINNOW_ACCURACY_TABLE")) std::ofstream(file) << table(groups);
}

}  // namespace
}  // namespace minnow
