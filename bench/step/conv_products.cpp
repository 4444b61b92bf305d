// The bound of a convolutional net's training step: its matrix products alone.

#include <bench/support/conv_products.hpp>
#include <bench/support/program.hpp>

namespace {

template <class By>
void products(benchmark::State& state, const bench::ConvNet& net) {
  bench::ConvProducts<By> products(net);
  products.forward();
  products.backward();
  for (auto _ : state) {
    products.forward();
    products.backward();
    benchmark::ClobberMemory();
  }
}

const bool registered = [] {
  for (const auto& net : bench::conv_nets()) {
    bench::measure("conv_step/products/" + net.name(), products<bench::ByOpenBlas>, net);
    bench::measure("conv_step/products_gemm/" + net.name(), products<bench::ByMinnow>, net);
  }
  return true;
}();

}  // namespace
