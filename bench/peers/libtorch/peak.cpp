// usage: torch_peak [NET [channels_last]]
//
// Prints the peak memory of its own process, which trains NET. With channels_last, convolutions use (N, H, W, C).

#include <bench/peers/libtorch/conv_model.hpp>
#include <bench/peers/libtorch/model.hpp>
#include <bench/support/peak_memory.hpp>
#include <bench/support/threads.hpp>

#include <ATen/Parallel.h>

int main(int argc, char** argv) {
  at::set_num_threads(bench::threads());
  const bool last = argc > 2 && std::string(argv[2]) == "channels_last";
  return bench::peak_program(last ? "LibTorch, channels last" : "LibTorch", argc, argv, [&](const auto& net) {
    auto model = bench::make_torch_model(net);
    auto x = bench::make_torch_inputs(net);
    if (last) bench::channels_last(model, x);
    const auto labels = bench::make_torch_targets(net);
    torch::optim::SGD sgd(model->parameters(),
                          torch::optim::SGDOptions(bench::learning_rate).momentum(bench::momentum));
    for (int i = 0; i < bench::peak_steps; ++i) {
      sgd.zero_grad();
      torch::nn::functional::cross_entropy(model->forward(x), labels).backward();
      sgd.step();
    }
  });
}
