#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/shown.hpp>
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
  constexpr std::size_t most = 20;
  if (names.empty()) return {};
  std::string text = format_text("{} {} (", names.size(), what);
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
    text += (i == 0 ? "" : ", ") + printable(shown(names[i]));
  return text + (names.size() > most ? ", ...)" : ")");
}

std::string difference(const SkippedWeights& skipped) {
  std::string text;
  for (const std::string& part : {listed(skipped.missing, "missing"), listed(skipped.unexpected, "unexpected"),
                                  listed(skipped.misshapen, "of another shape")})
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// Returns the text before the name of a tensor of the model in the file: "model." of "model.0.weight". Empty if there
/// is none.
std::string prefix_in(const TensorFile& file, const std::string& name) {
  for (const TensorEntry& tensor : file.tensors())
    if (tensor.name.ends_with('.' + name)) return tensor.name.substr(0, tensor.name.size() - name.size());
  return {};
}

/// Returns what the caller of load_weights can do about a difference.
std::string advice(const TensorFile& file, const MatchedWeights& matched) {
  if (!matched.pairs.empty()) return " {.strict = false} loads the others.";
  const auto& missing = matched.skipped.missing;
  const std::string prefix = missing.empty() ? std::string() : prefix_in(file, missing[0]);
  if (prefix.empty()) return " Map the names with .rename if it is the same model.";
  return format_text(" {{.prefix = \"{}\"}} loads the tensors whose names begin with it.", printable(shown(prefix)));
}

}  // namespace

std::string difference_text(const Layer& layer, const TensorFile& file, const SkippedWeights& skipped) {
  return format_text("{}: expected the weights of {}, got {}.", file.name(), layer.name(), difference(skipped));
}

MatchedWeights match_weights(Layer& layer, const TensorFile& file, const LoadWeightsOptions& options) {
  std::map<std::string, const TensorEntry*> sources;
  for (const TensorEntry& tensor : file.tensors()) {
    if (!tensor.name.starts_with(options.prefix)) continue;
    std::string name = tensor.name.substr(options.prefix.size());
    if (options.rename) name = options.rename(name);
    if (!name.empty() && !sources.emplace(name, &tensor).second)
      throw ValueError(format_text("{}: expected one tensor for each name, got two for {}. Change rename.", file.name(),
                                   printable(shown(name))));
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
    throw DataError(difference_text(layer, file, matched.skipped) + advice(file, matched));
  return matched;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
