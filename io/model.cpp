#include <minnow/core/detail/allocation_limit.hpp>
#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/model_metadata.hpp>
#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/detail/weight_matching.hpp>
#include <minnow/io/model.hpp>
#include <minnow/io/safetensors.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The layers may have twice as many elements as the file, and a megabyte more: a layer may make other tensors too.
Sequential make_model(const LayerConfig& config, const LayerTable& layers, const detail::TensorFile& input) {
  std::size_t elements = std::size_t{1} << 18;
  for (const TensorEntry& tensor : input.tensors()) elements += 2 * num_elements(tensor.shape);
  const detail::AllocationLimit limit(elements);
  if (config.type == "Sequential") return Sequential(config, layers);
  Sequential model;
  model.add(layers.make(config));
  return model;
}

ModelFile load(const detail::TensorFile& input, const LayerTable& layers) {
  try {
    const LayerConfig config = detail::architecture_in(input.metadata);
    ModelFile file{make_model(config, layers, input), {}};
    file.info = detail::info_in(input.metadata, file.model);
    // The layer that was saved, whose names are those of the file.
    Layer& saved = config.type == "Sequential" ? static_cast<Layer&>(file.model) : file.model[0];
    const detail::MatchedWeights matched = detail::match_weights(saved, input, {.strict = false});
    if (!matched.skipped.empty()) throw DataError(detail::difference_text(saved, input, matched.skipped));
    for (const auto& [target, source] : matched.pairs) input.read(*source, target.value->values());
    detail::restore_streams(input.metadata, saved);
    return file;
  } catch (const ValueError& error) {
    detail::refuse_file(input.name(), error.what());
  } catch (const ShapeError& error) {
    detail::refuse_file(input.name(), error.what());
  }
}

}  // namespace

void save_model(const Layer& model, const std::filesystem::path& path, const ModelInfo& info, ElementType type) {
  detail::Metadata metadata;
  try {
    metadata = detail::metadata_of(model, info);
  } catch (const ValueError& error) {
    throw ValueError("save_model: " + std::string(error.what()));
  } catch (const ShapeError& error) {
    throw ShapeError("save_model: " + std::string(error.what()));
  }
  write_safetensors(path, model.const_state(), metadata, type);
}

Sequential load_model(const std::filesystem::path& path, const LayerTable& layers) {
  return load_model_file(path, layers).model;
}

Sequential load_model(std::span<const std::byte> bytes, const LayerTable& layers) {
  return load_model_file(bytes, layers).model;
}

ModelFile load_model_file(const std::filesystem::path& path, const LayerTable& layers) {
  return load(detail::open_safetensors(detail::Input(path)), layers);
}

ModelFile load_model_file(std::span<const std::byte> bytes, const LayerTable& layers) {
  return load(detail::open_safetensors(detail::Input(bytes)), layers);
}

}  // namespace minnow::inline MINNOW_PRECISION
