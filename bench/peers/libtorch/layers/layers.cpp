// LibTorch's operators with preallocated outputs and without recording: a lower bound for the time of its layers.

#include <bench/support/layer_case.hpp>

#include <torch/torch.h>

namespace {

struct Pass {
  c10::InferenceMode guard;
  std::string name;
  torch::Tensor x, y, dx, dy;                                  // (rows, cols)
  torch::Tensor weight, bias, weight_gradient, bias_gradient;  // of the dense layer

  explicit Pass(const bench::LayerCase& c)
      : name(c.name), x(torch::empty({static_cast<std::int64_t>(c.rows), static_cast<std::int64_t>(c.cols)})) {
    const auto in = static_cast<std::int64_t>(bench::dense_in), out = static_cast<std::int64_t>(bench::dense_out);
    weight = torch::randn({out, in}) * 0.05;
    bias = torch::zeros({out});
    weight_gradient = torch::empty_like(weight);
    bias_gradient = torch::empty_like(bias);
    y = name == "dense" ? torch::empty({x.size(0), out}) : torch::empty_like(x);
    dy = torch::empty_like(y);
    dx = torch::empty_like(x);
    bench::fill_uniform(x.data_ptr<float>(), c.rows * c.cols, 4);
    bench::fill_uniform(dy.data_ptr<float>(), static_cast<std::size_t>(dy.numel()), 1, 1);
  }

  void forward() {
    if (name == "dense") at::addmm_out(y, bias, x, weight.t());
    if (name == "relu") at::clamp_min_out(y, x, 0);
    if (name == "sigmoid") at::sigmoid_out(y, x);
    if (name == "tanh") at::tanh_out(y, x);
    if (name == "softmax") at::_softmax_out(y, x, 1, false);
  }

  void backward() {
    if (name == "dense") {
      at::mm_out(weight_gradient, dy.t(), x);
      at::sum_out(bias_gradient, dy, 0);
      at::mm_out(dx, dy, weight);
    }
    if (name == "relu") at::threshold_backward_out(dx, dy, y, 0);
    if (name == "sigmoid") at::sigmoid_backward_out(dx, dy, y);
    if (name == "tanh") at::tanh_backward_out(dx, dy, y);
    if (name == "softmax") at::_softmax_backward_data_out(dx, dy, y, 1, at::kFloat);
  }
};

void forward(benchmark::State& state, const bench::LayerCase& c) {
  Pass pass(c);
  pass.forward();
  for (auto _ : state) pass.forward();
}

void backward(benchmark::State& state, const bench::LayerCase& c) {
  Pass pass(c);
  pass.forward();
  pass.backward();
  for (auto _ : state) pass.backward();
}

const bool registered = [] {
  for (const auto& c : bench::layer_cases()) {
    bench::measure("layers/torch/" + c.name + ",forward", forward, c);
    bench::measure("layers/torch/" + c.name + ",backward", backward, c);
  }
  return true;
}();

}  // namespace
