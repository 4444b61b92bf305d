#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/models/sequential.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/layers/convolution/convolution_cases.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;
using Case = ConvolutionCase;

TEST(PackedFilters, PredictionsFollowTheSizeOfTheImage) {
  const Case c{{2, 20, 8, 8}, 24, 5, 1, 2};
  Sequential model{make_layer(c)};
  for (const std::size_t size : {8, 40, 8, 5, 40}) {  // pixels, padded tiles
    const Tensor x = normal_tensor({2, 20, size, size}, Rng{2});
    const Tensor y = model.predict(x);
    const Sequential copy = model;
    EXPECT_TRUE(y == copy.predict(x)) << size;
  }
}

TEST(PackedFilters, PredictionsFollowTheWeights) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(text(c));
    Sequential model{make_layer(c), BatchNorm2d(c.out)};
    const Tensor x = normal_tensor(c.x, Rng{2});
    const auto expect_current = [&](const char* change) {
      const Tensor y = model.predict(x);
      const Sequential copy = model;  // with nothing kept
      EXPECT_TRUE(y == copy.predict(x)) << change;
      return y;
    };
    const Tensor first = expect_current("at first");
    std::vector<NamedTensor> state = model.state();
    state[0].value->data()[0] += 1;
    EXPECT_FALSE(expect_current("an element") == first);
    state[0].value->fill(Real{0.25});
    expect_current("fill");
    FixedTensor other(state[0].value->shape());
    other.fill(2);
    state[0].value->swap(other);
    expect_current("swap");
    *state[0].value = make_layer(c, 5).state()[0].value->tensor();
    expect_current("assignment");
    for (NamedTensor& entry : state)
      if (entry.name.ends_with("running_var")) entry.value->fill(3);
    expect_current("the norm");
    model.forward(x);
    model.backward(model.predict(x));
    SGD sgd{model.parameters(), {.learning_rate = 0.1}};
    sgd.step();
    expect_current("a step");
  }
}

}  // namespace
}  // namespace minnow
