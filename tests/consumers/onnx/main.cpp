// Exports a model with an installed Minnow. minnow::onnx also links minnow::minnow.

#include <minnow/minnow.hpp>
#include <minnow/onnx.hpp>

#include <filesystem>

int main() {
  using namespace minnow;
  Rng rng{1};
  export_onnx(Sequential{Dense(3, 2, rng), ReLU()}, "model.onnx");
  return std::filesystem::file_size("model.onnx") > 200 ? 0 : 1;
}
