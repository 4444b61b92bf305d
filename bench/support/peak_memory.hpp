#pragma once

// Memory that a training run needs at its peak, beside what it cannot do without.

#include <bench/support/conv_net.hpp>

#include <cstdio>
#include <fstream>
#include <string>

namespace bench {

/// The most memory that was resident so far, in bytes; 0 where /proc does not tell. (getrusage would count what the
/// process was before exec.)
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

/// Numbers that a training run cannot do without. Activations are the batch and what each dense layer and pool makes of
/// it: activation functions can work in place, a convolution and the pool after it can run as one, and gradients of
/// activations can reuse memory.
struct Needed {
  std::size_t parameters = 0, activations = 0;
};

inline Needed needed(const Net& net) {
  Needed n{0, net.widths[0] * net.batch};
  for (std::size_t i = 0; i < net.layers(); ++i) {
    n.parameters += (net.widths[i] + 1) * net.widths[i + 1];
    n.activations += net.widths[i + 1] * net.batch;
  }
  return n;
}

inline Needed needed(const ConvNet& net) {
  const std::size_t pools = net.filters1 * net.pixels() / 4 + net.filters2 * net.pixels() / 16;
  Needed n{0, net.batch * (net.channels * net.pixels() + pools + ConvNet::hidden + ConvNet::classes)};
  for (const auto& fan : net.fans()) n.parameters += (fan.in + 1) * fan.out;
  return n;
}

/// `train_steps` trains `net` for some steps. Prints a line of JSON.
template <class AnyNet, class Train>
void report_peak(const char* who, const AnyNet& net, Train train_steps) {
  const std::size_t start = peak_memory();
  const auto [parameters, activations] = needed(net);
  train_steps(net);
  std::printf(
      R"({"who": "%s", "net": "%s", "start": %zu, "peak": %zu, "parameters": %zu, "gradients": %zu, "momentum": %zu, "activations": %zu})"
      "\n",
      who, net.name().c_str(), start, peak_memory(), parameters * sizeof(float), parameters * sizeof(float),
      parameters * sizeof(float), activations * sizeof(float));
}

/// Without arguments prints the names of the nets; with one of them trains it by train_steps(net), which takes either
/// kind, and reports.
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
