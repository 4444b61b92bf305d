#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/detail/weight_matching.hpp>
#include <minnow/io/safetensors.hpp>
#include <minnow/io/weights.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

SkippedWeights load(Layer& layer, const detail::TensorFile& file, const LoadWeightsOptions& options) {
  detail::MatchedWeights matched = detail::match_weights(layer, file, options);
  // All tensors are read before the first one changes, so that an error leaves the layer as it was.
  std::vector<FixedTensor> loaded;
  for (const auto& [target, source] : matched.pairs) {
    loaded.emplace_back(target.value->shape());
    file.read(*source, loaded.back().values());
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
  return load(layer, detail::open_tensors(detail::Input(path)), options);
}

SkippedWeights load_weights(Layer& layer, std::span<const std::byte> bytes, const LoadWeightsOptions& options) {
  return load(layer, detail::open_tensors(detail::Input(bytes)), options);
}

std::vector<std::string> non_finite_weights(const Layer& layer) {
  std::vector<std::string> names;
  for (const NamedConstTensor& entry : layer.const_state())
    if (!std::ranges::all_of(entry.value->values(), [](Real value) { return std::isfinite(value); }))
      names.push_back(entry.name);
  return names;
}

}  // namespace minnow::inline MINNOW_PRECISION
