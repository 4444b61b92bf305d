// LibTorch's training step of a convolutional net in three variants. Minnow is compared with the fastest.

#include <bench/peers/libtorch/conv_model.hpp>
#include <bench/support/program.hpp>

#include <ATen/Context.h>

namespace {

/// oneDNN's convolutions on (N, C, H, W); oneDNN's convolutions on (N, H, W, C); LibTorch's own convolutions, which
/// call OpenBLAS.
enum class Convolutions { planes, channels_last, own };

void step(benchmark::State& state, const bench::ConvNet& net, Convolutions convolutions) {
  at::globalContext().setFlushDenormal(true);
  at::globalContext().setUserEnabledMkldnn(convolutions != Convolutions::own);
  auto model = bench::make_torch_model(net);
  auto x = bench::make_torch_inputs(net);
  const auto labels = bench::make_torch_targets(net);
  if (convolutions == Convolutions::channels_last) bench::channels_last(model, x);
  const auto parameters = model->parameters();
  torch::optim::SGD sgd(parameters, torch::optim::SGDOptions(bench::learning_rate).momentum(bench::momentum));
  const auto train = [&] {
    for (const auto& parameter : parameters)
      parameter.mutable_grad().reset();  // the next backward pass writes the gradient
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
    bench::measure("conv_step/torch/" + net.name(), step, net, Convolutions::planes);
    bench::measure("conv_step/torch_channels_last/" + net.name(), step, net, Convolutions::channels_last);
    bench::measure("conv_step/torch_own/" + net.name(), step, net, Convolutions::own);
  }
  return true;
}();

}  // namespace
