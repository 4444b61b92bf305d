// LibTorch's training step in two variants. Minnow is compared with the faster.

#include <bench/peers/libtorch/model.hpp>
#include <bench/support/program.hpp>

namespace {

/// zero: gradients are set to zero, and the backward pass adds to them. undefine: gradients are undefined, and the
/// backward pass writes them.
enum class Clear { zero, undefine };

void step(benchmark::State& state, const bench::Net& net, Clear clear) {
  auto model = bench::make_torch_model(net);
  const auto x = bench::make_torch_inputs(net), labels = bench::make_torch_targets(net);
  const auto parameters = model->parameters();
  torch::optim::SGD sgd(parameters, torch::optim::SGDOptions(bench::learning_rate).momentum(bench::momentum));
  const auto train = [&] {
    if (clear == Clear::zero)
      sgd.zero_grad();
    else
      for (const auto& parameter : parameters) parameter.mutable_grad().reset();
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
  for (const auto& net : bench::nets()) {
    bench::measure("step/torch_zero/" + net.name(), step, net, Clear::zero);
    bench::measure("step/torch/" + net.name(), step, net, Clear::undefine);
  }
  return true;
}();

}  // namespace
