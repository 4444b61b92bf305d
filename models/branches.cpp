#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/detail/branches_pass.hpp>

#include <algorithm>
#include <typeinfo>

namespace minnow::inline MINNOW_PRECISION {

Branches& Branches::operator=(const Branches& other) {
  if (this == &other) return *this;
  const bool in_optimizer =
      std::any_of(branches_.begin(), branches_.end(), [](Branch& branch) { return branch.layers.in_optimizer(); });
  if (!in_optimizer) {
    branches_ = std::vector<Branch>(other.branches_);
    return *this;
  }
  if (!same_layers(other))
    throw Error(
        format_text("{}: expected the same layers, since an optimizer was built on these, got {}. Build a new "
                    "optimizer on a new model.",
                    name(), other.name()));
  for (std::size_t i = 0; i < size(); ++i) branches_[i].layers = other.branches_[i].layers;
  return *this;
}

Branches& Branches::operator=(Branches&& other) {
  return *this = static_cast<const Branches&>(other);  // rare; an optimizer may point to what is here
}

const Sequential& Branches::operator[](std::size_t index) const {
  if (index >= size()) throw ValueError(format_text("{}: expected an index below {}, got {}.", name(), size(), index));
  return branches_[index].layers;
}

bool Branches::same_layers(const Branches& other) const {
  return typeid(*this) == typeid(other) && std::equal(branches_.begin(), branches_.end(), other.branches_.begin(),
                                                      other.branches_.end(), [](const Branch& a, const Branch& b) {
                                                        return a.name == b.name && a.lone == b.lone &&
                                                               a.layers.same_layers(b.layers);
                                                      });
}

bool Branches::trains() const {
  return std::any_of(branches_.begin(), branches_.end(), [](const Branch& branch) { return branch.layers.trains(); });
}

std::vector<NamedTensor> Branches::state() {
  std::vector<NamedTensor> entries;
  for (Branch& branch : branches_)
    for (NamedTensor& entry : branch.layers.state()) {
      if (branch.lone) entry.name.erase(0, entry.name.find('.') + 1);  // "0.weight"
      entry.name = branch.name + "." + entry.name;
      entries.push_back(std::move(entry));
    }
  return entries;
}

Shape Branches::branch_shape(std::size_t index, const Shape& input) const try {
  const Branch& branch = branches_[index];
  return branch.lone ? branch.layers[0].output_shape(input) : branch.layers.output_shape(input);
} catch (const ShapeError& error) {
  throw ShapeError(format_text("{}, {}", branches_[index].place, error.what()));
}

BranchesPass& Branches::pass_of(Context& context) const {
  auto& pass = context.scratch<BranchesPass>();
  if (pass.contexts.size() != size()) {
    pass.contexts.clear();
    pass.contexts.resize(size());
    pass.outputs.resize(size());
    pass.shapes.resize(size());
  }
  return pass;
}

bool Branches::keeps_output(std::size_t index, const Context& context) const {
  return context.backward_follows && branches_[index].layers.last_reads_y();
}

void Branches::run_forward(std::size_t index, const Tensor& x, Tensor& y, const Context& context, BranchesPass& pass) {
  Context& child = pass.contexts[index];
  child.mode = context.mode;
  child.backward_follows = context.backward_follows;
  branches_[index].layers.forward(x, y, child);
}

Tensor Branches::repeat_branch(std::size_t index, const Tensor& x, BranchesPass& pass) const {
  const Sequential& layers = branches_[index].layers;
  Tensor y;
  layers.repeat(0, layers.size(), x, y, pass.contexts[index]);
  return y;
}

void Branches::run_backward(std::size_t index, const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx,
                            BranchesPass& pass) {
  Sequential& layers = branches_[index].layers;
  if (dx == nullptr || index == 0) return layers.backward(x, y, dy, dx, pass.contexts[index]);
  resize(pass.dx, x.shape());
  layers.backward(x, y, dy, &pass.dx, pass.contexts[index]);
  add(*dx, pass.dx, *dx);
}

}  // namespace minnow::inline MINNOW_PRECISION
