// LibTorch's cross-entropy in four variants. Minnow is compared with the fastest.

#include <bench/support/cross_entropy_case.hpp>

#include <torch/torch.h>

namespace {

struct Case {
  torch::Tensor logits, labels;  // (N, C) float, (N) int64

  explicit Case(std::int64_t classes)
      : logits(torch::empty({bench::cross_entropy_rows, classes})),
        labels(torch::empty({bench::cross_entropy_rows}, torch::kInt64)) {
    bench::fill_logits(logits.data_ptr<float>(), static_cast<std::size_t>(logits.numel()));
    bench::fill_labels(labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.numel()), classes);
  }

  void report(benchmark::State& state, const torch::Tensor& loss, const torch::Tensor& gradient) const {
    bench::report_cross_entropy(state, loss.item<double>(), logits.data_ptr<float>(), gradient.data_ptr<float>(),
                                static_cast<std::size_t>(logits.numel()));
  }
};

/// The variant of a training loop. The gradient is undefined before each backward pass, which then writes it and does
/// not add to it.
void autograd(benchmark::State& state) {
  Case c(state.range(0));
  c.logits.requires_grad_();
  torch::Tensor loss;
  for (auto _ : state) {
    c.logits.mutable_grad().reset();
    loss = torch::nn::functional::cross_entropy(c.logits, c.labels);
    loss.backward();
  }
  c.report(state, loss, c.logits.grad());
}
BENCHMARK(autograd)->Name("cross_entropy/torch_autograd")->Apply(bench::cross_entropy_sizes);

/// The operators that autograd calls, without recording.
void operators(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Case c(state.range(0));
  const auto one = torch::ones({});
  torch::Tensor loss, gradient;
  for (auto _ : state) {
    const auto log_p = at::_log_softmax(c.logits, 1, false);
    torch::Tensor weight;
    std::tie(loss, weight) = at::nll_loss_forward(log_p, c.labels, {}, at::Reduction::Mean, -100);
    gradient = at::nll_loss_backward(one, log_p, c.labels, {}, at::Reduction::Mean, -100, weight);
    gradient = at::_log_softmax_backward_data(gradient, log_p, 1, at::kFloat);
  }
  c.report(state, loss, gradient);
}
BENCHMARK(operators)->Name("cross_entropy/torch_ops")->Apply(bench::cross_entropy_sizes);

/// The same operators with preallocated outputs.
void operators_out(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Case c(state.range(0));
  const auto one = torch::ones({});
  auto log_p = torch::empty_like(c.logits), d_log_p = torch::empty_like(c.logits),
       gradient = torch::empty_like(c.logits);
  auto loss = torch::empty({}), weight = torch::empty({});
  const auto step = [&] {
    at::_log_softmax_out(log_p, c.logits, 1, false);
    at::nll_loss_forward_out(loss, weight, log_p, c.labels, {}, at::Reduction::Mean, -100);
    at::nll_loss_backward_out(d_log_p, one, log_p, c.labels, {}, at::Reduction::Mean, -100, weight);
    at::_log_softmax_backward_data_out(gradient, d_log_p, log_p, 1, at::kFloat);
  };
  step();
  for (auto _ : state) step();
  c.report(state, loss, gradient);
}
BENCHMARK(operators_out)->Name("cross_entropy/torch_out")->Apply(bench::cross_entropy_sizes);

/// The same operators on (C, N), where LibTorch's softmax vectorises over rows. The logits are transposed before the
/// operators and the gradient after them. Measured for few classes only, because it is several times slower for many.
void transposed(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Case c(state.range(0));
  const auto one = torch::ones({});
  const auto labels = c.labels.view({1, -1, 1});                                  // (1, N, 1)
  auto logits = torch::empty({1, state.range(0), bench::cross_entropy_rows, 1});  // (1, C, N, 1)
  auto log_p = torch::empty_like(logits), d_log_p = torch::empty_like(logits), d_logits = torch::empty_like(logits);
  auto gradient = torch::empty_like(c.logits), loss = torch::empty({}), weight = torch::empty({});
  const auto step = [&] {
    logits[0].squeeze(2).copy_(c.logits.t());
    at::_log_softmax_out(log_p, logits, 1, false);
    at::nll_loss2d_forward_out(loss, weight, log_p, labels, {}, at::Reduction::Mean, -100);
    at::nll_loss2d_backward_out(d_log_p, one, log_p, labels, {}, at::Reduction::Mean, -100, weight);
    at::_log_softmax_backward_data_out(d_logits, d_log_p, log_p, 1, at::kFloat);
    gradient.copy_(d_logits[0].squeeze(2).t());
  };
  step();
  for (auto _ : state) step();
  c.report(state, loss, gradient);
}
BENCHMARK(transposed)->Name("cross_entropy/torch_transposed")->Apply(bench::cross_entropy_few_classes);

}  // namespace
