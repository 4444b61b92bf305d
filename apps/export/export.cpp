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
  std::filesystem::path model, onnx, cpp;
  std::vector<std::size_t> input;
  OnnxOptions of_onnx;
  std::string name;  // of the C++ namespace
  bool int8 = false;
};

ModelFile load(const Options& options) {
  ModelFile file = load_model_file(options.model);
  if (!options.input.empty()) file.info.input_shape = Shape(options.input.begin(), options.input.end());
  if (options.of_onnx.normalize && !file.info.normalization)
    throw ValueError(fmt::format("expected a normalization in {} for --normalize, got none.", options.model.string()));
  return file;
}

void report(const std::filesystem::path& path) {
  fmt::print("Wrote {} ({} kB)\n", path.string(), std::filesystem::file_size(path) / 1000);
}

/// Writes the C++ header. Its namespace has the name of the file if the options name none.
void write_cpp(const ModelFile& file, const Options& options) {
  if (file.info.input_shape.empty())
    throw ValueError(
        fmt::format("expected the shape of a sample in {}, got none. Add --input SHAPE.", options.model.string()));
  ExportCppOptions of_cpp{.name = options.name.empty() ? options.cpp.stem().string() : options.name,
                          .input = file.info.input_shape,
                          .weights = options.int8 ? CppWeights::int8 : CppWeights::float32,
                          .class_names = file.info.class_names};
  if (options.of_onnx.normalize) of_cpp.normalization = file.info.normalization;
  export_cpp(file.model, options.cpp, of_cpp);
}

/// Throws ValueError if two files are one, or an option belongs to a file that is not written.
void check_files(const Options& options) {
  const auto same = [](const std::filesystem::path& a, const std::filesystem::path& b) {
    return !a.empty() && !b.empty() &&
           std::filesystem::weakly_canonical(absolute(a)) == std::filesystem::weakly_canonical(absolute(b));
  };
  if (same(options.model, options.onnx) || same(options.model, options.cpp) || same(options.onnx, options.cpp))
    throw ValueError("expected different files to read and to write.");
  if (options.onnx.empty() && options.of_onnx.fold_norms)
    throw ValueError("--fold-norms: expected --onnx FILE with it.");
  if (options.cpp.empty() && (options.int8 || !options.name.empty()))
    throw ValueError("--int8, --name: expected --cpp FILE with it.");
}

void export_model(const Options& options) {
  if (options.onnx.empty() && options.cpp.empty())
    throw ValueError("expected a file to write, got none. Add --onnx FILE or --cpp FILE.");
  check_files(options);
  const ModelFile file = load(options);
  if (!options.onnx.empty()) {
    export_onnx(file.model, options.onnx, file.info, options.of_onnx);
    report(options.onnx);
  }
  if (!options.cpp.empty()) {
    write_cpp(file, options);
    report(options.cpp);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Writes a model of save_model for programs without Minnow.", "export_model"};
  app.add_option("MODEL", options.model, "The file of save_model, MODEL.safetensors")->required()->type_name("");
  app.add_option("--input", options.input, "Shape of one sample, 3,32,32; the default is that in the model file")
      ->delimiter(',')
      ->check(whole_number(1, 1'000'000))
      ->allow_extra_args(false)
      ->type_name("SHAPE");
  app.add_option("--onnx", options.onnx, "Write an ONNX file, for ONNX Runtime and others")->type_name("FILE");
  app.add_flag("--fold-norms", options.of_onnx.fold_norms, "ONNX: fold each BatchNorm into the layer before it");
  app.add_option("--cpp", options.cpp, "Write a C++11 header that needs no library")->type_name("FILE");
  app.add_option("--name", options.name, "C++: the namespace; the default is the name of the file")->type_name("NAME");
  app.add_flag("--int8", options.int8, "C++: store weights as bytes");
  app.add_flag("--normalize", options.of_onnx.normalize, "Begin with the normalization of the model");
  return run(app, argc, argv, [&] { export_model(options); });
}
