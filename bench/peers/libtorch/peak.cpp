#include <bench/peers/libtorch/model.hpp>
#include <bench/support/peak_memory.hpp>

int main() {
  at::set_num_threads(1);
  const bench::Net& net = bench::nets().back();
  return bench::report_peak("LibTorch", net, [&] {
    auto model = bench::make_torch_model(net);
    const auto x = bench::make_torch_inputs(net), labels = bench::make_torch_targets(net);
    torch::optim::SGD sgd(model->parameters(),
                          torch::optim::SGDOptions(bench::learning_rate).momentum(bench::momentum));
    for (int i = 0; i < bench::peak_steps; ++i) {
      sgd.zero_grad();
      torch::nn::functional::cross_entropy(model->forward(x), labels).backward();
      sgd.step();
    }
  });
}
