// dlib's training step. In dlib each network is a type of its own, which is slow to compile.

#include <bench/support/net.hpp>
#include <bench/support/program.hpp>

#include <dlib/dnn.h>
#include <dlib/revision.h>

namespace {

using Input = dlib::input<dlib::matrix<float>>;
template <long out, class Below>
using Hidden = dlib::relu<dlib::fc<out, Below>>;
template <long classes, class Below>
using Top = dlib::loss_multiclass_log<dlib::fc<classes, Below>>;

using Net4 = Top<4, Hidden<16, Input>>;
using Net64 = Top<4, Hidden<128, Input>>;
using Net784 = Top<10, Hidden<128, Input>>;
using Deep784 = Top<10, Hidden<512, Hidden<512, Input>>>;
using Deep3072 = Top<4, Hidden<1024, Hidden<1024, Input>>>;

/// Writes the initial values of a layer. dlib stores weight (in, out) and bias (1, out) in one tensor.
template <class FullyConnected>
void fill(FullyConnected& layer, const bench::Net& net, std::size_t index) {
  const std::size_t in = net.widths[index], out = net.widths[index + 1];
  std::vector<float> weight(in * out);
  float* parameters = layer.get_layer_params().host();
  bench::fill_layer(net, index, weight.data(), parameters + in * out);
  for (std::size_t i = 0; i < in; ++i)
    for (std::size_t o = 0; o < out; ++o) parameters[i * out + o] = weight[o * in + i];
}

template <class Network>
void step(benchmark::State& state, const bench::Net& net) {
  Network network;
  const std::vector<dlib::matrix<float>> samples(net.batch, dlib::matrix<float>(static_cast<long>(net.widths[0]), 1));
  dlib::resizable_tensor x;
  network.to_tensor(samples.begin(), samples.end(), x);  // also sets the network's sample expansion factor to 1
  bench::fill_inputs(net, x.host());
  std::vector<unsigned long> labels(net.batch);
  bench::fill_targets(net, labels.data());

  network.forward(x);  // allocates the parameters
  std::size_t next = net.layers();
  dlib::visit_layers(network, [&](std::size_t, auto& layer) {
    if constexpr (requires { layer.layer_details().get_weights(); }) fill(layer.layer_details(), net, --next);
  });
  std::vector<dlib::sgd> solvers(Network::num_computational_layers, dlib::sgd(0, static_cast<float>(bench::momentum)));
  const auto train = [&] {
    const double loss = network.compute_parameter_gradients(x, labels.begin());
    network.update_parameters(solvers, bench::learning_rate);
    return loss;
  };
  double loss = 0;
  for (int i = 0; i < bench::first_steps; ++i) loss = train();
  state.counters["check_loss"] = loss;
  for (auto _ : state) benchmark::DoNotOptimize(train());
}

}  // namespace

int main(int argc, char** argv) {
  using Step = void (*)(benchmark::State&, const bench::Net&);
  const Step steps[] = {step<Net4>, step<Net64>, step<Net784>, step<Deep784>, step<Deep3072>};
  for (std::size_t i = 0; i < bench::nets().size(); ++i)
    bench::measure("step/dlib/" + bench::nets()[i].name(), steps[i], bench::nets()[i]);
  benchmark::AddCustomContext("dlib", std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION));
  return bench::run(argc, argv);
}
