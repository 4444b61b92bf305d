#include <minnow/io/detail/weight_matching.hpp>
#include <minnow/io/safetensors.hpp>
#include <minnow/io/weights.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

SkippedWeights load(Layer& layer, const SafetensorsReader& reader, const LoadWeightsOptions& options) {
  detail::MatchedWeights matched = detail::match_weights(layer, reader, options);
  // All tensors are read before the first one changes, so that an error leaves the layer as it was.
  std::vector<FixedTensor> loaded;
  for (const auto& [target, source] : matched.pairs) {
    loaded.emplace_back(target.value->shape());
    reader.read(*source, loaded.back().values());
  }
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    const NamedTensor& target = matched.pairs[i].target;
    target.value->swap(loaded[i]);
    if (target.parameter != nullptr) target.parameter->clear_gradient();
  }
  return std::move(matched.skipped);
}

}  // namespace

void save_weights(const Layer& layer, const std::filesystem::path& path, const SaveWeightsOptions& options) {
  write_safetensors(path, layer.const_state(), {{"format", "pt"}}, options.type);
}

SkippedWeights load_weights(Layer& layer, const std::filesystem::path& path, const LoadWeightsOptions& options) {
  return load(layer, SafetensorsReader(path), options);
}

SkippedWeights load_weights(Layer& layer, std::span<const std::byte> bytes, const LoadWeightsOptions& options) {
  return load(layer, SafetensorsReader(bytes), options);
}

}  // namespace minnow::inline MINNOW_PRECISION
