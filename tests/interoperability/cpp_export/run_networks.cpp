// Runs the exported networks of NETWORKS, a header of export_networks, and compares their outputs with Minnow's.
// C++11 without a library, so that it also runs on a processor without an operating system (hosted.cpp, cortex_m.cpp).

#include <cmath>
#include <cstddef>

struct Network {
  const char* name;
  std::size_t samples, input_size, output_size, workspace_size;
  const float *inputs, *expected;
  void (*predict)(const float* input, float* output, float* workspace);
  float tolerance;
};

#include NETWORKS

void print(const char* text);
int run_networks();  // returns 0 if all outputs are right

namespace {

constexpr std::size_t max_output = 4096, max_workspace = 400000;
float output[max_output], workspace[max_workspace];

void print_number(std::size_t number) {
  char digits[24];
  char* first = digits + sizeof(digits) - 1;
  *first = 0;
  do {
    *--first = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  print(first);
}

std::size_t argmax(const float* values, std::size_t count) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < count; ++i)
    if (values[i] > values[best]) best = i;
  return best;
}

/// Prints the error and the answers of a network. Returns false if an output differs.
bool run(const Network& network) {
  print(network.name);
  if (network.output_size > max_output || network.workspace_size > max_workspace) {
    print(": too large\n");
    return false;
  }
  float error = 0, largest = 0;
  std::size_t same = 0;
  for (std::size_t n = 0; n < network.samples; ++n) {
    const float* expected = network.expected + n * network.output_size;
    for (std::size_t i = 0; i < network.workspace_size; ++i) workspace[i] = NAN;
    network.predict(network.inputs + n * network.input_size, output, workspace);
    for (std::size_t i = 0; i < network.output_size; ++i) {
      const float difference = std::fabs(output[i] - expected[i]);
      if (!(difference <= error)) error = difference;  // NaN stays
      if (std::fabs(expected[i]) > largest) largest = std::fabs(expected[i]);
    }
    const std::size_t answer = argmax(output, network.output_size), best = argmax(expected, network.output_size);
    same += answer == best || output[answer] - output[best] <= network.tolerance * largest;  // two equal outputs
  }
  const bool right = error <= network.tolerance * largest && same == network.samples;
  print(": error ");
  print_number(error == error && largest > 0 ? static_cast<std::size_t>(error / largest * 1e9f) : 999999999);
  print("e-9, same answers ");
  print_number(same);
  print(" of ");
  print_number(network.samples);
  print(", workspace ");
  print_number(network.workspace_size);
  print(right ? "\n" : " WRONG\n");
  return right;
}

}  // namespace

int run_networks() {
  std::size_t wrong = 0, count = 0;
  for (const Network& network : networks) {
    ++count;
    wrong += !run(network);
  }
  print_number(count - wrong);
  print(" of ");
  print_number(count);
  print(" networks right\n");
  return wrong == 0 ? 0 : 1;
}
