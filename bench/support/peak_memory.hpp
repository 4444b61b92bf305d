#pragma once

// Memory that a training run needs at its peak, beside what it cannot do without.

#include <bench/support/net.hpp>

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

/// `train_steps` trains `net` for some steps. Prints a line of JSON. Activations are the batch and what each dense
/// layer makes of it: activation functions can work in place, and gradients of activations can reuse memory.
template <class Train>
int report_peak(const char* who, const Net& net, Train train_steps) {
  const std::size_t start = peak_memory();
  std::size_t parameters = 0, activations = net.widths[0] * net.batch;
  for (std::size_t i = 0; i < net.layers(); ++i) {
    parameters += (net.widths[i] + 1) * net.widths[i + 1];
    activations += net.widths[i + 1] * net.batch;
  }
  train_steps();
  std::printf(
      R"({"who": "%s", "start": %zu, "peak": %zu, "parameters": %zu, "gradients": %zu, "momentum": %zu, "activations": %zu})"
      "\n",
      who, start, peak_memory(), parameters * sizeof(float), parameters * sizeof(float), parameters * sizeof(float),
      activations * sizeof(float));
  return 0;
}

inline constexpr int peak_steps = 10;

}  // namespace bench
