#include <minnow/io/onnx/detail/layer_export.hpp>

namespace minnow::inline MINNOW_PRECISION::onnx_export {

std::string add_flatten(const LayerExport& at) {
  ConfigReader(at.config, "Flatten").finish();
  return at.graph.add("Flatten", {at.x}, {{"axis", 1}});
}

std::string add_reshape(const LayerExport& at) {
  ConfigReader read(at.config, "Reshape");
  read.integers("shape");  // the output shape has no open axis
  read.finish();
  std::vector<std::int64_t> shape(at.output.begin(), at.output.end());
  shape[0] = 0;  // the extent of the input: the batch
  return at.graph.add("Reshape", {at.x, at.graph.integers(shape)});
}

/// In prediction Dropout is the identity.
std::string add_dropout(const LayerExport& at) {
  ConfigReader read(at.config, "Dropout");
  read.real("p");
  read.finish();
  return at.x;
}

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
