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
  if (const std::string difference = architecture_difference(*this, other); !difference.empty())
    throw Error(
        format_text("{}: expected the same architecture, since an optimizer was built on this model, got {}. "
                    "Build a new optimizer on a new model.",
                    name(), difference));
  for (std::size_t i = 0; i < size(); ++i) branches_[i].layers = other.branches_[i].layers;
  return *this;
}

Branches& Branches::operator=(Branches&& other) {
  return *this = static_cast<const Branches&>(other);  // copies: an optimizer may point to these parameters
}

const Sequential& Branches::operator[](std::size_t index) const {
  if (index >= size()) throw ValueError(format_text("{}: expected an index below {}, got {}.", name(), size(), index));
  return branches_[index].layers;
}

void Branches::add_branch(std::string name, std::string place, AnyLayer layer) {
  if (const Layer& held = *layer; typeid(held) == typeid(Sequential)) {
    branches_.push_back({std::move(name), std::move(place), false, static_cast<Sequential&&>(*layer)});
  } else {
    branches_.push_back({std::move(name), std::move(place), true, Sequential()});
    branches_.back().layers.add(std::move(layer));
  }
}

std::optional<std::vector<LayerConfig>> Branches::branch_configs() const {
  std::vector<LayerConfig> configs;
  for (const Branch& branch : branches_) {
    std::optional<LayerConfig> config = branch.lone ? branch.layers[0].config() : branch.layers.config();
    if (!config) return std::nullopt;
    configs.push_back(std::move(*config));
  }
  return configs;
}

void Branches::visit_state(StateVisitor& visitor) {
  if (!visitor.skips_layer_state()) visitor.constant("layer", name());
  for (Branch& branch : branches_)
    if (branch.lone)
      visitor.visit(branch.name, branch.layers[0]);
    else
      visitor.visit(branch.name, branch.layers);
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
  pass.outputs.resize(size());
  pass.shapes.resize(size());
  return pass;
}

bool Branches::keeps_output(std::size_t index, const Context& context) const {
  return context.settings.backward_follows && branches_[index].layers.last_reads_y();
}

void Branches::run_forward(std::size_t index, const Tensor& x, Tensor& y, Context& context) {
  branches_[index].layers.forward(x, y, context.child(index));
}

void Branches::run_backward(std::size_t index, const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx,
                            Context& context) {
  Sequential& layers = branches_[index].layers;
  if (dx == nullptr || index == 0) return layers.backward(x, y, dy, dx, context.child(index));
  auto& pass = context.scratch<BranchesPass>();
  resize(pass.dx, x.shape());
  layers.backward(x, y, dy, &pass.dx, context.child(index));
  add(*dx, pass.dx, *dx);
}

}  // namespace minnow::inline MINNOW_PRECISION
