#pragma once

// Peak memory of a training run, and the memory that a training run requires at least.

#include <bench/support/conv_net.hpp>

#include <cstdio>
#include <fstream>
#include <string>

namespace bench {

/// Returns the peak resident memory so far, in bytes; 0 if /proc does not contain it. (getrusage would include memory
/// from before exec.)
inline std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      std::size_t kilobytes = 0;
      status >> kilobytes;
      return 1024 * kilobytes;
    }
  return 0;
}

/// Counts of elements that a training run requires. Activations are the batch and the outputs of dense layers and
/// pools: activation functions can work in place, a convolution and its pool can be fused, and gradients of activations
/// can reuse memory.
struct RequiredElements {
  std::size_t parameters = 0, activations = 0;
};

inline RequiredElements required_elements(const Net& net) {
  RequiredElements n{0, net.widths[0] * net.batch};
  for (std::size_t i = 0; i < net.layers(); ++i) {
    n.parameters += (net.widths[i] + 1) * net.widths[i + 1];
    n.activations += net.widths[i + 1] * net.batch;
  }
  return n;
}

inline RequiredElements required_elements(const ConvNet& net) {
  const std::size_t pools = net.filters1 * net.pixels() / 4 + net.filters2 * net.pixels() / 16;
  RequiredElements n{0, net.batch * (net.channels * net.pixels() + pools + ConvNet::hidden + ConvNet::classes)};
  for (const auto& fan : net.fans()) n.parameters += (fan.in + 1) * fan.out;
  return n;
}

/// Runs train_steps(net) and prints a line of JSON about its memory.
template <class AnyNet, class Train>
void report_peak(const char* who, const AnyNet& net, Train train_steps) {
  const std::size_t start = peak_memory();
  const auto [parameters, activations] = required_elements(net);
  train_steps(net);
  std::printf(
      R"({"who": "%s", "net": "%s", "start": %zu, "peak": %zu, "parameters": %zu, "gradients": %zu, "momentum": %zu, "activations": %zu})"
      "\n",
      who, net.name().c_str(), start, peak_memory(), parameters * sizeof(float), parameters * sizeof(float),
      parameters * sizeof(float), activations * sizeof(float));
}

/// Prints the names of the nets if there are no arguments. Otherwise runs train_steps on the net whose name is the
/// first argument, a Net or a ConvNet, and reports its memory.
template <class Train>
int peak_program(const char* who, int argc, char** argv, Train train_steps) {
  const auto run = [&](const auto& net) {
    if (argc < 2) std::puts(net.name().c_str());
    if (argc >= 2 && net.name() == argv[1]) report_peak(who, net, train_steps);
  };
  run(nets().back());
  for (const ConvNet& net : conv_nets()) run(net);
  return 0;
}

inline constexpr int peak_steps = 10;

}  // namespace bench
