// write_headers FOLDER: a dense net and the convolutional net of the program mnist, as headers, models and ONNX files.

#include <minnow/minnow.hpp>
#ifdef MINNOW_BENCH_ONNX
#include <minnow/onnx.hpp>
#endif

#include <filesystem>
#include <string>

using namespace minnow;

namespace {

Sequential dense(Rng& rng) { return Sequential{Flatten(), Dense(784, 128, rng), ReLU(), Dense(128, 10, rng)}; }

Sequential convolutional(Rng& rng) {
  Sequential model;
  std::size_t channels = 1;
  for (const std::size_t filters : {32u, 64u, 128u}) {
    model.add(Conv2d(channels, filters, 3, rng, {.padding = 1, .bias = false})).add(BatchNorm2d(filters)).add(ReLU());
    if (model.size() < 8) model.add(MaxPool2d(2));
    channels = filters;
  }
  model.add(Flatten()).add(Dropout(0.4, rng)).add(Dense(channels * 7 * 7, 10, rng));
  return model;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  Rng rng{1};
  for (const std::string name : {"dense", "convolutional"}) {
    const Sequential model = name == "dense" ? dense(rng) : convolutional(rng);
    save_model(model, folder / (name + ".safetensors"), {.input_shape = {1, 28, 28}});
    export_cpp(model, folder / (name + ".hpp"), {.name = name, .input = {1, 28, 28}});
    export_cpp(model, folder / (name + "_int8.hpp"),
               {.name = name + "_int8", .input = {1, 28, 28}, .weights = CppWeights::int8});
#ifdef MINNOW_BENCH_ONNX
    export_onnx(model, folder / (name + ".onnx"), {.input_shape = {1, 28, 28}});
#endif
  }
}
