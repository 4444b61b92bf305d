#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/model_metadata.hpp>
#include <minnow/io/onnx/detail/layer_export.hpp>
#include <minnow/io/onnx/export_onnx.hpp>
#include <minnow/io/weights.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/sequential.hpp>

#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using namespace onnx_export;

/// Returns the input shape if the first layer is a Dense, also in containers; an empty shape otherwise.
Shape known_input_shape(const Layer& layer) {
  if (const auto* sequential = dynamic_cast<const Sequential*>(&layer))
    return sequential->size() > 0 ? known_input_shape((*sequential)[0]) : Shape{};
  if (const auto* branches = dynamic_cast<const Branches*>(&layer)) return known_input_shape((*branches)[0]);
  const auto* dense = dynamic_cast<const Dense*>(&layer);
  return dense != nullptr ? Shape{dense->state()[0].value->shape()[1]} : Shape{};
}

/// Adds (x - mean) / deviation along axis 1.
std::string add_normalization(Graph& graph, const Normalization& normalization, const std::string& x,
                              const Shape& input) {
  const std::vector<double>&mean = normalization.mean(), &deviation = normalization.deviation();
  if (input[0] != mean.size())
    throw ShapeError(
        format_text("export_onnx: expected a normalization of {} channels, got {}.", input[0], mean.size()));
  Shape shape = input;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) shape[axis] = 1;
  const std::string centred =
      graph.add("Sub", {x, graph.constant("normalization.mean", shape, std::span<const double>(mean))});
  return graph.add("Div",
                   {centred, graph.constant("normalization.deviation", shape, std::span<const double>(deviation))});
}

}  // namespace

void export_onnx(const Layer& model, const std::filesystem::path& path, const ModelInfo& info,
                 const OnnxOptions& options) {
  ModelInfo described = info;
  if (described.input_shape.empty()) described.input_shape = known_input_shape(model);
  const Shape& sample = described.input_shape;
  if (sample.empty())
    throw ValueError("export_onnx: expected the shape of one sample, got none. Set .input_shape = {3, 32, 32}.");
  if (options.normalize && !info.normalization)
    throw ValueError("export_onnx: expected a normalization for the option normalize, got none. Set .normalization.");
  if (options.normalize) described.normalization.reset();

  if (const std::vector<std::string> names = non_finite_weights(model); !names.empty())
    throw ValueError(format_text("export_onnx: expected finite weights, got NaN or infinity in {}.", names[0]));

  Graph graph;
  try {
    for (const auto& [key, value] : detail::metadata_of_info(model, described)) graph.set_metadata(key, value);
  } catch (const ValueError& error) {
    throw ValueError("export_onnx: " + std::string(error.what()));
  }
  graph.set_input("input", sample);
  Value x{"input", {1}};
  for (const std::size_t extent : sample) x.shape.push_back(extent);
  if (options.normalize) x.name = add_normalization(graph, *info.normalization, x.name, sample);
  ModelExport parts{graph, {}, options.fold_norms};
  for (NamedConstTensor& entry : model.const_state()) parts.names.emplace(entry.value, std::move(entry.name));
  const Value y = add_layer(parts, model, x);
  graph.set_output(y.name, "output", std::span(y.shape).subspan(1));
  graph.write(path);
}

}  // namespace minnow::inline MINNOW_PRECISION
