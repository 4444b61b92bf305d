// Writes a model file for programs without Minnow.

#include <minnow/minnow.hpp>
#include <minnow/onnx.hpp>

#include <apps/support/command_line.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace minnow;

namespace {

struct Options {
  std::filesystem::path model, onnx;
  std::vector<std::size_t> input;
  OnnxOptions of_onnx;
};

ModelFile load(const Options& options) {
  ModelFile file = load_model_file(options.model);
  if (!options.input.empty()) file.info.input_shape = Shape(options.input.begin(), options.input.end());
  if (options.of_onnx.normalize && !file.info.normalization)
    throw ValueError(fmt::format("expected a normalization in {} for --normalize, got none.", options.model.string()));
  return file;
}

void export_model(const Options& options) {
  if (options.onnx.empty()) throw ValueError("expected a file to write, got none. Add --onnx FILE.");
  const ModelFile file = load(options);
  export_onnx(file.model, options.onnx, file.info, options.of_onnx);
  fmt::print("Wrote {} ({} kB)\n", options.onnx.string(), std::filesystem::file_size(options.onnx) / 1000);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Writes a model of save_model for programs without Minnow.", "export_model"};
  app.add_option("model", options.model, "The file of save_model, MODEL.safetensors")->required()->type_name("MODEL");
  app.add_option("--input", options.input, "Shape of one sample, 3,32,32; the default is that in the model file")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("SHAPE");
  app.add_option("--onnx", options.onnx, "Write an ONNX file, for ONNX Runtime and others")->type_name("FILE");
  app.add_flag("--fold-norms", options.of_onnx.fold_norms, "Fold each BatchNorm into the layer before it");
  app.add_flag("--normalize", options.of_onnx.normalize, "Begin the graph with the normalization of the model");
  return run(app, argc, argv, [&] { export_model(options); });
}
