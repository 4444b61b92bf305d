#include <minnow/io.hpp>
#include <minnow/minnow.hpp>
#ifdef MINNOW_PROGRAM_ONNX
#include <minnow/onnx.hpp>
#endif

#include <apps/minnow/options.hpp>
#include <apps/support/output.hpp>
#include <apps/support/terminal.hpp>
#include <apps/support/text_file.hpp>

#include <vector>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

ModelFile load(const ExportOptions& options) {
  ModelFile file = load_model_file(options.model);
  if (!options.input.empty()) file.info.input_shape = Shape(options.input.begin(), options.input.end());
  if (options.normalize && !file.info.normalization)
    throw ValueError(fmt::format("expected a normalization in {} for --normalize, got none.", options.model.string()));
  return file;
}

void write_onnx(const ModelFile& file, const ExportOptions& options) {
#ifdef MINNOW_PROGRAM_ONNX
  export_onnx(file.model, options.onnx, file.info, {.fold_norms = options.fold_norms, .normalize = options.normalize});
#else
  throw ValueError(fmt::format("--onnx {}: this program was built without ONNX. Build Minnow with MINNOW_BUILD_ONNX.",
                               options.onnx.string()));
#endif
}

/// Writes the C++ header. Its namespace has the name of the file if the options name none.
void write_cpp(const ModelFile& file, const ExportOptions& options) {
  if (file.info.input_shape.empty())
    throw ValueError(
        fmt::format("expected the shape of a sample in {}, got none. Add --input SHAPE.", options.model.string()));
  ExportCppOptions of_cpp{.name = options.name.empty() ? options.cpp.stem().string() : options.name,
                          .input = file.info.input_shape,
                          .weights = options.int8 ? CppWeights::int8 : CppWeights::float32,
                          .class_names = file.info.class_names};
  if (options.normalize) of_cpp.normalization = file.info.normalization;
  export_cpp(file.model, options.cpp, of_cpp);
}

void write_weights_npz(const ModelFile& file, const ExportOptions& options) {
  std::vector<NamedArray> arrays;
  for (const NamedConstTensor& entry : file.model.const_state()) arrays.emplace_back(entry.name, entry.value->tensor());
  write_npz(options.npz, arrays);
}

void write_architecture(const ModelFile& file, const ExportOptions& options) {
  write_text(options.architecture, architecture_json(file.model) + "\n");
}

/// Throws ValueError if two files are one, or an option belongs to a file that is not written.
void check_files(const ExportOptions& options) {
  std::vector<fs::path> files;
  for (const fs::path& path :
       {options.model, options.onnx, options.cpp, options.npz, options.weights, options.architecture})
    if (!path.empty()) files.push_back(fs::weakly_canonical(fs::absolute(path)));
  for (std::size_t i = 0; i < files.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (files[i] == files[j]) throw ValueError("expected different files to read and to write.");
  if (options.onnx.empty() && options.fold_norms) throw ValueError("--fold-norms: expected --onnx FILE with it.");
  if (options.cpp.empty() && (options.int8 || !options.name.empty()))
    throw ValueError("--int8, --name: expected --cpp FILE with it.");
  if (options.onnx.empty() && options.cpp.empty() && options.normalize)
    throw ValueError("--normalize: expected --onnx FILE or --cpp FILE with it.");
}

}  // namespace

int export_model(const ExportOptions& options) {
  struct Target {
    const fs::path& path;
    void (*write)(const ModelFile&, const ExportOptions&);
  };
  const auto write_weights = [](const ModelFile& file, const ExportOptions& o) { save_weights(file.model, o.weights); };
  const Target targets[] = {{options.onnx, write_onnx},
                            {options.cpp, write_cpp},
                            {options.npz, write_weights_npz},
                            {options.weights, write_weights},
                            {options.architecture, write_architecture}};
  bool any = false;
  for (const Target& target : targets) any = any || !target.path.empty();
  if (!any)
    throw ValueError(
        "expected a file to write, got none. Add --onnx FILE, --cpp FILE, --npz FILE, --weights FILE or --architecture "
        "FILE.");
  check_files(options);
  const ModelFile file = load(options);
  for (const Target& target : targets) {
    if (target.path.empty()) continue;
    target.write(file, options);
    say("Wrote {} ({})\n", target.path.string(), byte_size(fs::file_size(target.path)));
  }
  return 0;
}
