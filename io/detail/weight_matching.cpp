#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/weight_matching.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::string_view batch_count = "num_batches_tracked";  // of BatchNorm; older files lack it

/// Returns "3 missing (a, b, ...)" with the first names; empty if there are none.
std::string listed(const std::vector<std::string>& names, const char* what) {
  constexpr std::size_t shown = 20;
  if (names.empty()) return {};
  std::string text = format_text("{} {} (", names.size(), what);
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text + (names.size() > shown ? ", ...)" : ")");
}

std::string difference(const SkippedWeights& skipped) {
  std::string text;
  for (const std::string& part : {listed(skipped.missing, "missing"), listed(skipped.unexpected, "unexpected"),
                                  listed(skipped.misshapen, "of another shape")})
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

MatchedWeights match_weights(Layer& layer, const SafetensorsReader& reader, const LoadWeightsOptions& options) {
  std::map<std::string, const TensorEntry*> sources;
  for (const TensorEntry& tensor : reader.tensors()) {
    const std::string name = options.rename ? options.rename(tensor.name) : tensor.name;
    if (!name.empty() && !sources.emplace(name, &tensor).second)
      throw ValueError(
          format_text("{}: expected one tensor for each name, got two for {}. Change rename.", reader.name(), name));
  }
  MatchedWeights matched;
  for (NamedTensor& target : layer.state()) {
    const auto found = sources.find(target.name);
    if (found == sources.end()) {
      if (!target.name.ends_with(batch_count)) matched.skipped.missing.push_back(target.name);
      continue;
    }
    const TensorEntry& source = *found->second;
    sources.erase(found);
    if (source.shape != target.value->shape())
      matched.skipped.misshapen.push_back(format_text("{}: {} in the model, {} {} in the file", target.name,
                                                      to_string(target.value->shape()), to_string(source.type),
                                                      to_string(source.shape)));
    else
      matched.pairs.push_back({std::move(target), &source});
  }
  for (const auto& [name, source] : sources) matched.skipped.unexpected.push_back(name);
  if (options.strict && !matched.skipped.empty())
    throw DataError(format_text("{}: expected the weights of {}, got {}. {{.strict = false}} loads the others.",
                                reader.name(), layer.name(), difference(matched.skipped)));
  return matched;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
