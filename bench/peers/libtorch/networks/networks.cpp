// The cases of bench/cases.txt with LibTorch, on (N, C, H, W) and on (N, H, W, C). Minnow is compared with the faster.

#include <bench/peers/libtorch/maker.hpp>
#include <bench/support/net.hpp>
#include <bench/support/program.hpp>

#include <ATen/Context.h>

namespace {

double squares(const torch::Tensor& values) { return values.detach().to(torch::kDouble).square().sum().item<double>(); }

/// A network, its input, and its parameters.
struct Run {
  torch::nn::Sequential model;
  torch::Tensor x;
  std::vector<torch::Tensor> parameters;
  double flops;  // of a forward pass of the batch

  Run(const bench::Case& c, at::MemoryFormat format) {
    at::globalContext().setFlushDenormal(true);
    bench::TorchMaker maker;
    bench::NetworkBuilder<bench::TorchMaker> builder(maker, c.words, c.input);
    model = builder.build();
    flops = builder.flops() * static_cast<double>(c.input[0]);
    x = c.reads_indices() ? torch::empty({c.input[0]}, torch::kInt64) : torch::empty(c.input);
    if (c.reads_indices())
      bench::fill_input(c, x.data_ptr<std::int64_t>());
    else
      bench::fill_input(c, x.data_ptr<float>());
    if (x.dim() == 4) x = x.contiguous(format);
    for (auto& [name, parameter] : model->named_parameters().pairs()) {
      bench::fill_parameter(name, parameters.size(), parameter.data_ptr<float>(),
                            static_cast<std::size_t>(parameter.numel()), static_cast<std::size_t>(parameter.size(0)),
                            parameter.dim() == 1);
      if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(format));
      parameters.push_back(parameter);
    }
  }
  /// Makes the next backward pass write gradients; it adds nothing.
  void clear_gradients() {
    for (const auto& parameter : parameters) parameter.mutable_grad().reset();
  }
};

void predict(benchmark::State& state, const bench::Case& c, at::MemoryFormat format) {
  const c10::InferenceMode guard;
  Run run(c, format);
  run.model->eval();
  state.counters["check_squares"] = squares(run.model->forward(run.x));
  state.counters["check_flops"] = run.flops;
  for (auto _ : state) benchmark::DoNotOptimize(run.model->forward(run.x).data_ptr<float>());
}

/// Forward in train mode, and with `both` also backward, with the gradients of x and of the parameters.
void pass(benchmark::State& state, const bench::Case& c, at::MemoryFormat format, bool both) {
  Run run(c, format);
  if (!c.reads_indices()) run.x.requires_grad_();
  torch::Tensor y = run.model->forward(run.x), dy = torch::empty(y.sizes());
  bench::fill_uniform(dy.data_ptr<float>(), static_cast<std::size_t>(dy.numel()), 1, 1);
  if (dy.dim() == 4) dy = dy.contiguous(format);
  const auto step = [&] {
    y = run.model->forward(run.x);
    if (!both) return;
    run.x.mutable_grad().reset();
    run.clear_gradients();
    y.backward(dy);
  };
  step();
  if (both && c.deterministic()) {
    if (!c.reads_indices()) state.counters["check_dx"] = squares(run.x.grad());
    for (const auto& parameter : run.parameters) state.counters["check_gradients"] += squares(parameter.grad());
  }
  state.counters["check_flops"] = run.flops * (both ? 3 : 1);
  for (auto _ : state) step();
}

void train(benchmark::State& state, const bench::Case& c, at::MemoryFormat format) {
  Run run(c, format);
  auto labels = torch::empty({c.input[0]}, torch::kInt64);
  bench::fill_labels(labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.numel()),
                     run.model->forward(run.x).size(1));
  torch::optim::SGD sgd(run.parameters, torch::optim::SGDOptions(bench::learning_rate).momentum(bench::momentum));
  const auto step = [&] {
    run.clear_gradients();
    const auto loss = torch::nn::functional::cross_entropy(run.model->forward(run.x), labels);
    loss.backward();
    sgd.step();
    return loss;
  };
  state.counters[c.deterministic() ? "check_loss" : "loss"] = step().item<double>();
  state.counters["check_flops"] = 3 * run.flops;
  for (auto _ : state) step();
}

const bool registered = [] {
  for (const auto& c : bench::read_cases(MINNOW_BENCH_CASES))
    for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      const bool last = format == at::MemoryFormat::ChannelsLast;
      if (last && c.input.size() < 4) continue;
      const std::string name = c.benchmark(last ? "torch_channels_last" : "torch");
      if (c.pass == "predict")
        bench::measure(name, predict, c, format);
      else if (c.pass == "train")
        bench::measure(name, train, c, format);
      else
        bench::measure(name, pass, c, format, c.pass == "step");
    }
  return true;
}();

}  // namespace
