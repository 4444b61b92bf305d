// LibTorch's training step of a convolutional net, several ways; the fastest is what Minnow is compared with.

#include <bench/peers/libtorch/conv_model.hpp>
#include <bench/support/program.hpp>

#include <ATen/Context.h>

namespace {

/// By oneDNN's convolutions on (N, C, H, W), by the same on (N, H, W, C), or by LibTorch's own, which are OpenBLAS's
/// products.
enum class Way { planes, channels_last, own };

void step(benchmark::State& state, const bench::ConvNet& net, Way way) {
  at::globalContext().setFlushDenormal(true);
  at::globalContext().setUserEnabledMkldnn(way != Way::own);
  auto model = bench::make_torch_model(net);
  auto x = bench::make_torch_inputs(net);
  const auto labels = bench::make_torch_targets(net);
  if (way == Way::channels_last) bench::channels_last(model, x);
  const auto parameters = model->parameters();
  torch::optim::SGD sgd(parameters, torch::optim::SGDOptions(bench::learning_rate).momentum(bench::momentum));
  const auto train = [&] {
    for (const auto& parameter : parameters) parameter.mutable_grad().reset();  // the next backward writes it
    const auto loss = torch::nn::functional::cross_entropy(model->forward(x), labels);
    loss.backward();
    sgd.step();
    return loss;
  };
  torch::Tensor loss;
  for (int i = 0; i < bench::first_steps; ++i) loss = train();
  state.counters["check_loss"] = loss.item<double>();
  for (auto _ : state) loss = train();
}

const bool registered = [] {
  for (const auto& net : bench::conv_nets()) {
    bench::measure("conv_step/torch/" + net.name(), step, net, Way::planes);
    bench::measure("conv_step/torch_channels_last/" + net.name(), step, net, Way::channels_last);
    bench::measure("conv_step/torch_own/" + net.name(), step, net, Way::own);
  }
  return true;
}();

}  // namespace
