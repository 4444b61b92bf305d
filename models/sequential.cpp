#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/detail/plan.hpp>
#include <minnow/models/sequential.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
Sequential::Sequential(const Sequential& other) : Layer(other) {
  for (const Child& child : other.children_) append(child.copy(*child.layer), child.copy);
  make_plans();
}

Sequential::Sequential(Sequential&& other) noexcept
    : Layer(other),
      children_(std::move(other.children_)),
      plan_(std::move(other.plan_)),
      prediction_plan_(std::move(other.prediction_plan_)),
      training_(std::move(other.training_)),
      prediction_(std::move(other.prediction_)),
      x_(std::exchange(other.x_, nullptr)),
      y_(std::move(other.y_)) {}
Sequential::~Sequential() = default;

Sequential& Sequential::operator=(const Sequential& other) {
  if (this == &other) return *this;
  if (!in_optimizer()) return *this = Sequential(other);
  copy_numbers(other);
  return *this;
}

Sequential& Sequential::operator=(Sequential&& other) {
  if (this == &other) return *this;
  if (in_optimizer()) {
    copy_numbers(other);
  } else {
    children_ = std::move(other.children_);
    plan_ = std::move(other.plan_);
    prediction_plan_ = std::move(other.prediction_plan_);
    x_ = nullptr;  // the last pass was another model's
  }
  return *this;
}

bool Sequential::same_layers(const Sequential& other) const {
  const auto same = [](const Child& a, const Child& b) {
    if (a.nested != nullptr && b.nested != nullptr) return a.nested->same_layers(*b.nested);
    if (a.branches != nullptr && b.branches != nullptr) return a.branches->same_layers(*b.branches);
    return a.layer->name() == b.layer->name();
  };
  return std::equal(children_.begin(), children_.end(), other.children_.begin(), other.children_.end(), same);
}

void Sequential::copy_numbers(const Sequential& other) {
  const std::vector<NamedTensor> to = state(), from = const_cast<Sequential&>(other).state();  // which is only read
  const auto same = [](const NamedTensor& a, const NamedTensor& b) {
    return a.name == b.name && a.value->shape() == b.value->shape();
  };
  if (!same_layers(other) || !std::equal(to.begin(), to.end(), from.begin(), from.end(), same))
    throw Error("Sequential: expected a model of the same layers, since an optimizer was built on this one, got " +
                other.name() + " of others. Build a new optimizer on a new model.");
  for (std::size_t i = 0; i < to.size(); ++i) {
    *to[i].value = *from[i].value;
    if (to[i].parameter != nullptr) to[i].parameter->clear_gradient();
  }
  x_ = nullptr;  // the last pass was with other numbers
}

bool Sequential::in_optimizer() {
  const std::vector<NamedTensor> entries = parameters();
  return std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.parameter->in_optimizer(); });
}

Sequential& Sequential::add(std::unique_ptr<Layer> layer, Copy copy) {
  if (in_optimizer())
    throw Error("Sequential: expected layers to be added before an optimizer is built, got " + layer->name() +
                " after it. The optimizer would not train it: build the optimizer last.");
  append(std::move(layer), copy);
  make_plans();
  x_ = nullptr;  // the last pass was without the layer
  return *this;
}

void Sequential::append(std::unique_ptr<Layer> layer, Copy copy) {
  std::vector<Parameter*> parameters;
  for (const NamedTensor& entry : layer->parameters()) parameters.push_back(entry.parameter);
  const auto* nested = dynamic_cast<const Sequential*>(layer.get());
  const auto* branches = dynamic_cast<const Branches*>(layer.get());
  children_.push_back({std::move(layer), copy, std::move(parameters), nested, branches});
}

void Sequential::make_plans() {
  std::vector<Layer*> layers;
  for (const Child& child : children_) layers.push_back(child.layer.get());
  plan_ = std::make_shared<Plan>(layers, false);
  prediction_plan_ = std::make_shared<Plan>(layers, true);
}

Layer& Sequential::operator[](std::size_t index) { return const_cast<Layer&>(std::as_const(*this)[index]); }

const Layer& Sequential::operator[](std::size_t index) const {
  if (index >= size()) throw ValueError(format_text("{}: expected an index below {}, got {}.", name(), size(), index));
  return *children_[index].layer;
}

std::string Sequential::name() const { return format_text("Sequential({} layer{})", size(), size() == 1 ? "" : "s"); }

Shape Sequential::output_shape(const Shape& input) const {
  Shape shape = input;
  for (std::size_t i = 0; i < size(); ++i) try {
      shape = children_[i].layer->output_shape(shape);
    } catch (const ShapeError& error) {
      throw ShapeError(format_text("layer {}, {}", i, error.what()));
    }
  return shape;
}

std::vector<NamedTensor> Sequential::state() {
  std::vector<NamedTensor> entries;
  for (std::size_t i = 0; i < size(); ++i)
    for (NamedTensor& entry : children_[i].layer->state()) {
      entry.name = std::to_string(i) + "." + entry.name;
      entries.push_back(std::move(entry));
    }
  return entries;
}

std::string Sequential::summary(const Shape& input) const {
  std::size_t width = std::string("total").size(), shape_width = std::string("output shape").size();
  Shape shape = input;
  for (const Child& child : children_) {
    shape = child.layer->output_shape(shape);
    width = std::max(width, child.layer->name().size());
    shape_width = std::max(shape_width, to_string(shape).size());
  }
  std::string table =
      format_text("{:>3}  {:<{}}  {:<{}}  {:>12}\n", "#", "layer", width, "output shape", shape_width, "parameters");
  std::size_t total = 0, i = 0;
  shape = input;
  for (const Child& child : children_) {
    shape = child.layer->output_shape(shape);
    const std::size_t count = child.layer->num_parameters();
    table += format_text("{:>3}  {:<{}}  {:<{}}  {:>12}\n", i++, child.layer->name(), width, to_string(shape),
                         shape_width, count);
    total += count;
  }
  return table + format_text("{:>3}  {:<{}}  {:<{}}  {:>12}\n", "", "total", width, "", shape_width, total);
}

}  // namespace minnow::inline MINNOW_PRECISION
