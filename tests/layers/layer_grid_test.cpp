// Compares every layer, on a grid of options, shapes and extreme values, with float64 references and with PyTorch's own
// float32. Cases of layers that make_layer.hpp does not contain are skipped. If the environment variable
// MINNOW_LAYER_ACCURACY_TABLE names a file, the float build writes the errors to it: docs/accuracy.md.

#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>

#include <tests/layers/make_layer.hpp>
#include <tests/support/instruction_sets.hpp>
#include <tests/support/markdown_table.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

/// The largest errors of y, dx, the gradients and the buffers.
using Errors = std::array<double, 4>;
constexpr std::array parts{"y", "dx", "gradients", "buffers"};

void keep_largest(Errors& errors, const Errors& others) {
  for (std::size_t i = 0; i < errors.size(); ++i) errors[i] = std::max(errors[i], others[i]);
}

/// The results of all cases of a layer.
struct Kind {
  std::string name;
  std::size_t cases = 0;
  Errors ours{}, torch{};
};

/// A file of cases.
struct Grid {
  std::vector<Kind> kinds;
  std::vector<std::vector<std::string>> beyond;  // errors above 1e-6: case, part, ours, PyTorch's
  std::size_t cases = 0, unknown = 0;
  std::set<std::string> unknown_layers;
};

/// Returns the elements of {"shape", "data"}, or of {"shape", "over", "data"}: integers, divided by "over" in float.
std::vector<double> elements_of(const Json& entry) {
  std::vector<double> elements = fixture_numbers(entry.at("data"));
  if (entry.contains("over"))
    for (double& v : elements) v = static_cast<float>(v) / entry.at("over").get<float>();
  return elements;
}

Tensor tensor_of(const Json& entry) {
  Tensor tensor = zeros(fixture_shape(entry));
  const std::vector<double> elements = elements_of(entry);
  std::transform(elements.begin(), elements.end(), tensor.data(), [](double v) { return static_cast<Real>(v); });
  return tensor;
}

double error_of(const Tensor& tensor, const Json& entry) {
  return error(tensor, fixture_shape(entry), elements_of(entry));
}

Tensor full_of_nan(const Shape& shape) {
  Tensor tensor = zeros(shape);
  tensor.fill(std::numeric_limits<Real>::quiet_NaN());
  return tensor;
}

/// Returns true if Minnow's layer need not have an entry that PyTorch has. PyTorch counts batches also if no result
/// depends on the count.
bool may_be_missing(const std::string& name) { return name.ends_with("num_batches_tracked"); }

/// Returns the entry of a name. A missing entry is a failure.
const NamedTensor* find(const std::vector<NamedTensor>& entries, const std::string& name) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const NamedTensor& e) { return e.name == name; });
  if (found != entries.end()) return &*found;
  EXPECT_TRUE(may_be_missing(name)) << "the layer has no " << name;
  return nullptr;
}

void load(Layer& layer, const Json& state) {
  const std::vector<NamedTensor> entries = layer.state();
  for (const NamedTensor& entry : entries) EXPECT_TRUE(state.contains(entry.name)) << "PyTorch has no " << entry.name;
  for (const auto& [name, value] : state.items()) {
    const NamedTensor* entry = find(entries, name);
    if (entry == nullptr) continue;
    EXPECT_EQ(to_string(entry->value->shape()), to_string(fixture_shape(value))) << name;
    *entry->value = tensor_of(value);
  }
}

/// Runs one pass as a container does, on memory filled with NaN.
Errors run_pass(Layer& layer, const Json& pass, Context& context) {
  Errors errors{};
  const Tensor x = tensor_of(pass.at("x")), dy = tensor_of(pass.at("dy"));
  context.settings.mode = pass.at("mode") == "train" ? Mode::train : Mode::eval;
  Tensor y = full_of_nan(layer.output_shape(x.shape())), dx = full_of_nan(x.shape());
  EXPECT_EQ(to_string(y.shape()), to_string(dy.shape())) << "y";
  if (y.shape() != dy.shape()) return errors;
  for (const NamedTensor& entry : layer.parameters()) entry.parameter->clear_gradient();
  layer.forward(x, y, context);
  layer.backward(x, y, dy, &dx, context);
  errors[0] = error_of(y, pass.at("y"));
  errors[1] = error_of(dx, pass.at("dx"));
  const std::vector<NamedTensor> entries = layer.state();
  for (const auto& [name, gradient] : pass.at("gradients").items())
    if (const NamedTensor* entry = find(entries, name); entry != nullptr && entry->parameter != nullptr)
      errors[2] = std::max(errors[2], error_of(entry->parameter->grad, gradient));
    else
      ADD_FAILURE() << name << " is no parameter";
  for (const auto& [name, buffer] : pass.at("buffers").items())
    if (const NamedTensor* entry = find(entries, name))
      errors[3] = std::max(errors[3], error_of(*entry->value, buffer));
  return errors;
}

Errors torch_errors(const Json& fixture) {
  Errors errors{};
  for (std::size_t i = 0; i < parts.size(); ++i) errors[i] = fixture.at("torch_float32").at(parts[i]);
  return errors;
}

/// The allowed error is 1e-12 in double. In float it is 1e-6, or PyTorch's own error on the case if that is larger.
void check_errors(const Errors& ours, const Errors& torch) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double allowed = std::is_same_v<Real, double> ? tolerance : std::max(tolerance, torch[i]);
    EXPECT_LE(ours[i], allowed) << parts[i] << ", PyTorch's float32: " << torch[i];
  }
}

Errors run_case(const Json& fixture) {
  Sequential holder;
  add_layer(holder, fixture.at("spec"));
  Layer& layer = holder[0];
  load(layer, fixture.at("state"));
  Context context;  // one for all passes, as in training
  Errors errors{};
  std::size_t number = 0;
  for (const Json& pass : fixture.at("passes")) {
    SCOPED_TRACE(format_text("pass {} ({})", ++number, pass.at("mode").get<std::string>()));
    const Errors of_pass = run_pass(layer, pass, context);
    check_errors(of_pass, torch_errors(fixture));
    keep_largest(errors, of_pass);
  }
  return errors;
}

std::string text(double error) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.1e", error);
  return error == 0 ? "0" : digits;
}

void add_case(Grid& grid, const Json& fixture, const Errors& errors) {
  const std::string name = fixture.at("spec").at("layer");
  const Errors torch = torch_errors(fixture);
  auto kind = std::find_if(grid.kinds.begin(), grid.kinds.end(), [&](const Kind& k) { return k.name == name; });
  if (kind == grid.kinds.end()) kind = grid.kinds.insert(grid.kinds.end(), Kind{name});
  ++kind->cases;
  keep_largest(kind->ours, errors);
  keep_largest(kind->torch, torch);
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (errors[i] > tolerance)
      grid.beyond.push_back(
          {format_text("{}: {}", fixture.at("group").get<std::string>(), fixture.at("case").get<std::string>()),
           parts[i], text(errors[i]), text(torch[i])});
}

Grid run_grid(const std::string& file) {
  Grid grid;
  for (const Json& fixture : read_fixture("layers/" + file + ".json")) {
    SCOPED_TRACE(format_text("{}, {}", fixture.at("group").get<std::string>(), fixture.at("case").get<std::string>()));
    ++grid.cases;
    try {
      add_case(grid, fixture, run_case(fixture));
    } catch (const UnknownLayer& unknown) {
      ++grid.unknown;
      grid.unknown_layers.insert(unknown.what());
    } catch (const Error& refusal) {
      ADD_FAILURE() << refusal.what();
    }
  }
  return grid;
}

std::vector<std::string> files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MINNOW_SOURCE_DIR "/tests/fixtures/layers"))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class LayerGrid : public ::testing::TestWithParam<std::string> {};

// Without fused multiply-add, rounding decides a tie of two maxima in blocks.json the other way.
TEST_P(LayerGrid, IsAsAccurateAsPyTorch) {
  const InstructionSetForTest scope(GetParam() == "blocks" ? kernels::instruction_sets().front()
                                                           : kernels::instruction_set());
  const Grid grid = run_grid(GetParam());
  EXPECT_GT(grid.cases, 0u);
  for (const Kind& kind : grid.kinds)
    for (std::size_t i = 0; i < parts.size(); ++i) record_error(kind.name + "_" + parts[i], kind.ours[i]);
  std::string layers;
  for (const std::string& layer : grid.unknown_layers) layers += (layers.empty() ? "" : ", ") + layer;
  if (grid.unknown > 0)
    GTEST_SKIP() << grid.unknown << " of " << grid.cases << " cases: tests/layers/make_layer.hpp has no " << layers;
}

INSTANTIATE_TEST_SUITE_P(Files, LayerGrid, ::testing::ValuesIn(files()), [](const auto& file) { return file.param; });

// A row for each layer, and below each case that exceeds 1e-6.
TEST(LayerAccuracy, WritesTheTableIfRequested) {
  const char* file = std::getenv("MINNOW_LAYER_ACCURACY_TABLE");
  if (file == nullptr) return;
  std::vector<std::vector<std::string>> rows{{"layer", "cases"}};
  std::vector<std::vector<std::string>> beyond{{"case", "of", "Minnow float", "PyTorch float32"}};
  for (const char* part : parts)
    for (const char* who : {": Minnow float", ": PyTorch float32"}) rows[0].push_back(part + std::string(who));
  for (const std::string& name : files()) {
    const Grid grid = run_grid(name);
    for (const Kind& kind : grid.kinds) {
      rows.push_back({kind.name, std::to_string(kind.cases)});
      for (std::size_t i = 0; i < parts.size(); ++i)
        for (const double error : {kind.ours[i], kind.torch[i]}) rows.back().push_back(text(error));
    }
    beyond.insert(beyond.end(), grid.beyond.begin(), grid.beyond.end());
  }
  std::ofstream(file) << markdown_table(rows)
                      << (beyond.size() > 1
                              ? "\nErrors above 1e-6, where PyTorch's error is as large:\n\n" + markdown_table(beyond)
                              : "\nNo case exceeds 1e-6.\n");
}

}  // namespace
}  // namespace minnow
