#include <bench/peers/libtorch/model.hpp>
#include <bench/support/program.hpp>

namespace {

void predict(benchmark::State& state, const bench::Net& net) {
  const c10::InferenceMode guard;
  auto model = bench::make_torch_model(net);
  const auto x = bench::make_torch_inputs(net);
  state.counters["check_squares"] = model->forward(x).square().sum().item<double>();
  for (auto _ : state) benchmark::DoNotOptimize(model->forward(x).data_ptr<float>());
}

const bool registered = [] {
  for (const auto& net : bench::inference_nets()) bench::measure("inference/torch/" + net.name(), predict, net);
  return true;
}();

}  // namespace
