#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/fixture.hpp>

#include <map>
#include <memory>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

void add(Sequential& model, const Json& spec);

Sequential chain(const Json& specs) {
  Sequential model;
  for (const Json& spec : specs) add(model, spec);
  return model;
}

void add(Sequential& model, const Json& spec) {
  const std::string kind = spec.at("layer");
  if (kind == "Dense") {
    Rng rng{1};
    model.add(Dense(spec.at("in"), spec.at("out"), rng, {.bias = spec.at("bias")}));
  } else if (kind == "Sequential") {
    model.add(chain(spec.at("layers")));
  } else if (kind == "Flatten") {
    model.add(Flatten());
  } else if (kind == "ReLU") {
    model.add(ReLU());
  } else if (kind == "Sigmoid") {
    model.add(Sigmoid());
  } else if (kind == "Tanh") {
    model.add(Tanh());
  } else if (kind == "Softmax") {
    model.add(Softmax());
  } else {
    throw std::runtime_error("unknown layer " + kind);
  }
}

/// The largest errors of one type of layer, for the report of the test.
struct Errors {
  double forward = 0, dx = 0, gradients = 0;
};

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

Tensor filled(const Shape& shape, Real value) {
  Tensor tensor = zeros(shape);
  tensor.fill(value);
  return tensor;
}

void check_parameters(Layer& layer, const Json& expected, Errors& errors) {
  const auto entries = layer.parameters();
  EXPECT_EQ(entries.size(), expected.size());
  for (const NamedTensor& entry : entries) {
    ASSERT_TRUE(entry.parameter->has_gradient()) << entry.name;
    const double e = error(entry.parameter->grad, expected.at(entry.name));
    EXPECT_LE(e, tolerance) << entry.name;
    errors.gradients = std::max(errors.gradients, e);
  }
}

/// Runs one layer as a container does, on memory filled with NaN.
void check_layer(Layer& layer, const Json& fixture, Errors& errors) {
  for (const NamedTensor& entry : layer.state()) *entry.value = fixture_tensor(fixture.at("parameters").at(entry.name));
  const Tensor x = fixture_tensor(fixture.at("x")), dy = fixture_tensor(fixture.at("dy"));
  Context context;
  Tensor y = filled(layer.output_shape(x.shape()), nan), dx = filled(x.shape(), nan);
  layer.forward(x, y, context);
  layer.backward(x, y, dy, &dx, context);
  const double forward = error(y, fixture.at("y")), backward = error(dx, fixture.at("dx"));
  EXPECT_LE(forward, tolerance) << "y";
  EXPECT_LE(backward, tolerance) << "dx";
  errors.forward = std::max(errors.forward, forward);
  errors.dx = std::max(errors.dx, backward);
  check_parameters(layer, fixture.at("gradients"), errors);
}

TEST(LayerFixtures, MatchPyTorch) {
  std::map<std::string, Errors> worst;
  for (const Json& fixture : read_fixture("layers.json")) {
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    Sequential holder;
    add(holder, fixture.at("spec"));
    check_layer(holder[0], fixture, worst[fixture.at("spec").at("layer")]);
  }
  EXPECT_EQ(worst.size(), 7u);
  for (const auto& [layer, errors] : worst) {
    record_error(layer + "_forward", errors.forward);
    record_error(layer + "_dx", errors.dx);
    record_error(layer + "_gradients", errors.gradients);
  }
}

TEST(LayerFixtures, AModelWithItsOwnBuffersMatchesPyTorch) {
  for (const Json& fixture : read_fixture("layers.json")) {
    if (fixture.at("spec").at("layer") != "Sequential") continue;
    SCOPED_TRACE(fixture.at("case").get<std::string>());
    Sequential model = chain(fixture.at("spec").at("layers"));
    for (const NamedTensor& entry : model.state())
      *entry.value = fixture_tensor(fixture.at("parameters").at(entry.name));
    const Tensor x = fixture_tensor(fixture.at("x"));
    EXPECT_LE(error(model.predict(x), fixture.at("y")), tolerance);
    EXPECT_LE(error(model.forward(x), fixture.at("y")), tolerance);
    model.backward(fixture_tensor(fixture.at("dy")));
    Errors errors;
    check_parameters(model, fixture.at("gradients"), errors);
  }
}

/// Returns y and dx for an x, with dy = 1.
std::pair<Tensor, Tensor> run(Layer& layer, const Tensor& x) {
  Context context;
  Tensor y = filled(layer.output_shape(x.shape()), 7), dx = filled(x.shape(), 7);
  layer.forward(x, y, context);
  layer.backward(x, y, filled(y.shape(), 1), &dx, context);
  return {y, dx};
}

TEST(Activations, PropagateNaNAndInfinity) {
  constexpr Real inf = std::numeric_limits<Real>::infinity();
  const Tensor x{{nan, inf, -inf}};
  ReLU relu;
  Sigmoid sigmoid;
  Tanh tanh;
  const auto [relu_y, relu_dx] = run(relu, x);
  EXPECT_TRUE(std::isnan(relu_y(0, 0)) && relu_y(0, 1) == inf && relu_y(0, 2) == 0);
  EXPECT_TRUE(relu_dx(0, 1) == 1 && relu_dx(0, 2) == 0);
  const auto [sigmoid_y, sigmoid_dx] = run(sigmoid, x);
  EXPECT_TRUE(std::isnan(sigmoid_y(0, 0)) && sigmoid_y(0, 1) == 1 && sigmoid_y(0, 2) == 0);
  EXPECT_TRUE(std::isnan(sigmoid_dx(0, 0)) && sigmoid_dx(0, 1) == 0 && sigmoid_dx(0, 2) == 0);
  const auto [tanh_y, tanh_dx] = run(tanh, x);
  EXPECT_TRUE(std::isnan(tanh_y(0, 0)) && tanh_y(0, 1) == 1 && tanh_y(0, 2) == -1);
  EXPECT_TRUE(std::isnan(tanh_dx(0, 0)) && tanh_dx(0, 1) == 0 && tanh_dx(0, 2) == 0);
}

TEST(Softmax, PropagatesNaNAndInfinityWithinARow) {
  constexpr Real inf = std::numeric_limits<Real>::infinity();
  Softmax softmax;
  const auto [y, dx] = run(softmax, Tensor{{0, nan, 1}, {inf, 0, 1}, {-inf, 0, 0}, {-inf, -inf, -inf}, {0, 0, nan}});
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_TRUE(std::isnan(y(0, j)) && std::isnan(y(1, j)) && std::isnan(y(3, j)) && std::isnan(y(4, j))) << j;
    EXPECT_EQ(y(2, j), j == 0 ? Real{0} : Real{0.5});
    EXPECT_EQ(dx(2, j), 0);
  }
}

TEST(EveryLayer, AcceptsAnEmptyBatch) {
  Rng rng{1};
  Sequential layers{Flatten(), ReLU(), Sigmoid(), Tanh(), Softmax(), Dense(3, 2, rng)};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    SCOPED_TRACE(layers[i].name());
    const auto [y, dx] = run(layers[i], zeros({0, 3}));
    EXPECT_EQ(y.shape(), (Shape{0, i == 5 ? 2u : 3u}));
    EXPECT_EQ(dx.shape(), (Shape{0, 3}));
    for (const NamedTensor& entry : layers[i].parameters())
      EXPECT_EQ(entry.parameter->grad, zeros(entry.value->shape())) << entry.name;
  }
}

TEST(EveryLayer, AcceptsANullDx) {
  Rng rng{1};
  Sequential layers{Flatten(), ReLU(), Sigmoid(), Tanh(), Softmax(), Dense(3, 2, rng)};
  const Tensor x{{1, 2, 3}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Context context;
    Tensor y = zeros(layers[i].output_shape(x.shape()));
    layers[i].forward(x, y, context);
    EXPECT_NO_THROW(layers[i].backward(x, y, y, nullptr, context));
  }
}

TEST(Shapes, ErrorsSayWhatToDo) {
  const auto message = [](const Layer& layer, const Shape& shape) -> std::string {
    try {
      return "no error: " + to_string(layer.output_shape(shape));
    } catch (const std::exception& e) {
      return e.what();
    }
  };
  EXPECT_EQ(message(Flatten(), {}), "Flatten: expected input (N, ...), got a scalar. Add a batch axis.");
  EXPECT_EQ(message(Flatten(), {2, 3, 4}), "no error: (2, 12)");
  EXPECT_EQ(message(Softmax(), {2, 3, 4}), "no error: (2, 3, 4)");
  EXPECT_EQ(message(Softmax(), {4}), "Softmax: expected input (N, ..., C), got (4).");
  EXPECT_EQ(message(ReLU(), {2, 3, 4}), "no error: (2, 3, 4)");
}

}  // namespace
}  // namespace minnow
