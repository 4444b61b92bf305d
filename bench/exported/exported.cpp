// minnow_exported [FOLDER]: the time of one sample by exported headers, by predict, and by plain loops, on one thread.
// The contenders run in turn; the table has the medians of 101 rounds. Compiled with -O3 -march=native. onnxruntime.py
// times ONNX Runtime on the same nets.

#include <minnow/minnow.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <convolutional.hpp>
#include <convolutional_int8.hpp>
#include <dense.hpp>
#include <dense_int8.hpp>

namespace {

float output[10], workspace[std::max({dense::workspace_size, convolutional::workspace_size, std::size_t{128}})];

/// The dense net as plain loops, with the weights (out, in) of the model.
void plain_loops(const std::vector<minnow::NamedConstTensor>& state, const float* x) {
  const float* in = x;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const minnow::FixedTensor &weight = *state[2 * layer].value, &bias = *state[2 * layer + 1].value;
    float* out = layer == 0 ? workspace : output;
    const std::size_t columns = weight.shape()[1];
    for (std::size_t o = 0; o < bias.size(); ++o) {
      float sum = bias.data()[o];
      for (std::size_t i = 0; i < columns; ++i) sum += weight.data()[o * columns + i] * in[i];
      out[o] = layer == 0 ? std::max(sum, 0.0f) : sum;
    }
    in = out;
  }
}

struct Contender {
  std::string name;
  int repetitions;
  std::function<void()> run;
  std::vector<double> microseconds = {};
};

void measure(Contender& contender) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < contender.repetitions; ++i) {
    contender.run();
    asm volatile("" ::: "memory");
  }
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  contender.microseconds.push_back(time.count() / contender.repetitions);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : MINNOW_BENCH_HEADERS;
  minnow::set_threads(1);
  minnow::Sequential dense_model = minnow::load_model(folder + "/dense.safetensors");
  minnow::Sequential convolutional_model = minnow::load_model(folder + "/convolutional.safetensors");
  const auto state = dense_model.const_state();
  minnow::Rng rng{1};
  minnow::Tensor x = minnow::zeros({1, 1, 28, 28});
  for (float& value : x.storage()) value = static_cast<float>(rng.uniform(0, 1));
  std::vector<Contender> contenders{
      {"784-128-10, header", 500, [&] { dense::predict(x.data(), output, workspace); }},
      {"784-128-10, header in int8", 500, [&] { dense_int8::predict(x.data(), output, workspace); }},
      {"784-128-10, predict", 500, [&] { dense_model.predict(x); }},
      {"784-128-10, plain loops", 100, [&] { plain_loops(state, x.data()); }},
      {"28 x 28 convolutional, header", 20, [&] { convolutional::predict(x.data(), output, workspace); }},
      {"28 x 28 convolutional, header in int8", 20, [&] { convolutional_int8::predict(x.data(), output, workspace); }},
      {"28 x 28 convolutional, predict", 20, [&] { convolutional_model.predict(x); }},
  };
  for (int round = 0; round < 101; ++round)
    for (Contender& contender : contenders) measure(contender);
  std::printf("microseconds: median (lower decile)\n");
  for (Contender& contender : contenders) {
    std::sort(contender.microseconds.begin(), contender.microseconds.end());
    std::printf("%-40s %8.2f (%.2f)\n", contender.name.c_str(), contender.microseconds[50], contender.microseconds[10]);
  }
}
