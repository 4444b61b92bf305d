// Forward and backward of each layer alone, dL/dx included.

#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>

#include <bench/support/layer_case.hpp>

#include <memory>

namespace {

std::unique_ptr<minnow::Layer> make_layer(const std::string& name) {
  minnow::Rng rng{1};
  if (name == "dense") return std::make_unique<minnow::Dense>(bench::dense_in, bench::dense_out, rng);
  if (name == "relu") return std::make_unique<minnow::ReLU>();
  if (name == "sigmoid") return std::make_unique<minnow::Sigmoid>();
  if (name == "tanh") return std::make_unique<minnow::Tanh>();
  return std::make_unique<minnow::Softmax>();
}

/// A layer and the tensors that a pass reads and writes.
struct Pass {
  std::unique_ptr<minnow::Layer> layer;
  minnow::Tensor x, y, dx, dy;
  minnow::Context context{minnow::Mode::train};

  explicit Pass(const bench::LayerCase& c) : layer(make_layer(c.name)), x(minnow::zeros({c.rows, c.cols})) {
    y = minnow::zeros(layer->output_shape(x.shape()));
    dy = y;
    dx = x;
    bench::fill_uniform(x.data(), x.size(), 4);
    bench::fill_uniform(dy.data(), dy.size(), 1, 1);
  }
  void forward() { layer->forward(x, y, context); }
  void backward() {
    layer->backward(x, y, dy, &dx, context);
    for (auto& entry : layer->state()) entry.parameter->clear_gradient();  // as an optimizer's step does
  }
};

void forward(benchmark::State& state, const bench::LayerCase& c) {
  Pass pass(c);
  pass.forward();
  for (auto _ : state) {
    pass.forward();
    benchmark::ClobberMemory();
  }
}

void backward(benchmark::State& state, const bench::LayerCase& c) {
  Pass pass(c);
  pass.forward();
  pass.backward();
  for (auto _ : state) {
    pass.backward();
    benchmark::ClobberMemory();
  }
}

const bool registered = [] {
  for (const auto& c : bench::layer_cases()) {
    bench::measure("layers/minnow/" + c.name + ",forward", forward, c);
    bench::measure("layers/minnow/" + c.name + ",backward", backward, c);
  }
  return true;
}();

}  // namespace
