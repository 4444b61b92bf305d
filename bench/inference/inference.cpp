// `predict`, and its bounds: the matrix products alone, and for batch size 1 the matrix-vector products alone.

#include <bench/support/model.hpp>
#include <bench/support/products.hpp>
#include <bench/support/program.hpp>

namespace {

void predict(benchmark::State& state, const bench::Net& net) {
  auto model = bench::make_model(net);
  const auto x = bench::make_inputs(net);
  double squares = 0;
  for (const float y : model.predict(x)) squares += static_cast<double>(y) * static_cast<double>(y);
  state.counters["check_squares"] = squares;
  for (auto _ : state) benchmark::DoNotOptimize(model.predict(x).data());
}

void products(benchmark::State& state, const bench::Net& net) {
  bench::Products products(net, bench::Layout::out_in);
  products.forward();
  for (auto _ : state) {
    products.forward();
    benchmark::ClobberMemory();
  }
}

void products_gemv(benchmark::State& state, const bench::Net& net) {
  bench::Products products(net, bench::Layout::out_in);
  products.forward_row();
  for (auto _ : state) {
    products.forward_row();
    benchmark::ClobberMemory();
  }
}

const bool registered = [] {
  for (const auto& net : bench::inference_nets()) {
    bench::measure("inference/minnow/" + net.name(), predict, net);
    bench::measure("inference/products/" + net.name(), products, net);
    if (net.batch == 1) bench::measure("inference/products_gemv/" + net.name(), products_gemv, net);
  }
  return true;
}();

}  // namespace
