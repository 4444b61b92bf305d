#include <minnow/training/detail/forward_state.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

ForwardState::ForwardState(Layer& model) : model_(model), entries_(model.state()) {
  save();
  visits_ = integers_.at + reals_.at > 0;
}

void ForwardState::restore() {
  transfer_all(true);
  for (const NamedTensor& entry : entries_)
    if (entry.parameter != nullptr) entry.parameter->clear_gradient();
}

void ForwardState::do_visit(const std::string&, FixedTensor& tensor) {
  std::uint64_t size = tensor.size();  // 0 if the tensor had no shape when it was saved
  transfer({&size, 1}, integers_);
  transfer({tensor.data(), size}, elements_);
}

/// Copies the members into the copy, or back.
template <class T>
void ForwardState::transfer(std::span<T> members, Copy<T>& copy) {
  const std::size_t begin = copy.at;
  copy.at += members.size();
  if (copy.values.size() < copy.at) copy.values.resize(copy.at);
  T* values = copy.values.data() + begin;
  if (restoring_)
    std::copy_n(values, members.size(), members.data());
  else
    std::copy_n(members.data(), members.size(), values);
}

void ForwardState::transfer_all(bool restoring) {
  restoring_ = restoring;
  integers_.at = reals_.at = elements_.at = 0;
  for (const NamedTensor& entry : entries_)
    if (entry.parameter == nullptr) transfer(entry.value->values(), elements_);
  if (visits_) model_.visit_state(*this);
}

}  // namespace minnow::inline MINNOW_PRECISION
