#include <minnow/core/detail/format.hpp>
#include <minnow/optim/parameter_groups.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

bool is_part_of(std::string_view name, std::string_view prefix) {
  if (prefix.ends_with('.')) prefix.remove_suffix(1);
  return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '.');
}

void set_trainable(const std::vector<NamedTensor>& parameters, bool trainable) {
  for (const NamedTensor& entry : parameters)
    if (entry.parameter != nullptr) entry.parameter->trainable = trainable;
}

}  // namespace

std::vector<NamedTensor> named(const std::vector<NamedTensor>& parameters, std::string_view prefix) {
  std::vector<NamedTensor> found;
  for (const NamedTensor& entry : parameters)
    if (is_part_of(entry.name, prefix)) found.push_back(entry);
  if (found.empty())
    throw ValueError(format_text("named: expected a prefix of a parameter name, such as {}, got \"{}\".",
                                 parameters.empty() ? "0.weight" : parameters[0].name, std::string(prefix)));
  return found;
}

std::vector<NamedTensor> not_named(const std::vector<NamedTensor>& parameters, std::string_view prefix) {
  std::vector<NamedTensor> others;
  for (const NamedTensor& entry : parameters)
    if (!is_part_of(entry.name, prefix)) others.push_back(entry);
  return others;
}

void freeze(const std::vector<NamedTensor>& parameters) { set_trainable(parameters, false); }
void unfreeze(const std::vector<NamedTensor>& parameters) { set_trainable(parameters, true); }

}  // namespace minnow::inline MINNOW_PRECISION
