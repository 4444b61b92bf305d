#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/detail/plan.hpp>
#include <minnow/models/layer_table.hpp>
#include <minnow/models/sequential.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

Sequential::Sequential(const LayerConfig& config) : Sequential(config, standard_layers()) {}

Sequential::Sequential(const LayerConfig& config, const LayerTable& layers) {
  ConfigReader read(config, "Sequential");
  read.children(0);
  read.finish();
  for (const LayerConfig& child : config.children) append(layers.make(child));
  make_plans();
}

Sequential::Sequential(const Sequential& other) : Layer(other) {
  for (const Child& child : other.children_) append(child.layer);
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
  copy_state(other);
  return *this;
}

Sequential& Sequential::operator=(Sequential&& other) {
  if (this == &other) return *this;
  if (in_optimizer()) {
    copy_state(other);
  } else {
    Sequential taken(std::move(other));  // `other` may be a child of this model: the old children are deleted last
    children_.swap(taken.children_);
    plan_.swap(taken.plan_);
    prediction_plan_.swap(taken.prediction_plan_);
    x_ = nullptr;  // the last forward(x) ran other layers
  }
  return *this;
}

void Sequential::copy_state(const Sequential& other) {
  if (const std::string difference = architecture_difference(*this, other); !difference.empty())
    throw Error(
        "Sequential: expected a model of the same architecture, since an optimizer was built on this model, got " +
        difference + ". Build a new optimizer on a new model.");
  const std::vector<NamedTensor> to = state();
  const std::vector<NamedConstTensor> from = other.const_state();
  for (std::size_t i = 0; i < to.size(); ++i) {
    *to[i].value = *from[i].value;
    if (to[i].parameter != nullptr) to[i].parameter->clear_gradient();
  }
  x_ = nullptr;  // the last forward(x) used other parameters
}

bool Sequential::in_optimizer() {
  const std::vector<NamedTensor> entries = parameters();
  return std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.parameter->in_optimizer(); });
}

Sequential& Sequential::add(AnyLayer layer) {
  if (in_optimizer())
    throw Error("Sequential: expected layers to be added before an optimizer is built, got " + layer->name() +
                " after it. The optimizer would not train this layer. Build the optimizer last.");
  append(std::move(layer));
  make_plans();
  x_ = nullptr;  // the last forward(x) ran without the layer
  return *this;
}

std::size_t Sequential::checked_end(std::size_t first, std::optional<std::size_t> last) const {
  const std::size_t end = last.value_or(size());
  if (first > end || end > size())
    throw ValueError(
        format_text("{}: expected a range of layers from 0 to {}, got {} to {}.", name(), size(), first, end));
  return end;
}

Sequential Sequential::take(std::size_t first, std::optional<std::size_t> last) const& {
  const std::size_t end = checked_end(first, last);
  Sequential taken;
  for (std::size_t i = first; i < end; ++i) taken.append(children_[i].layer);
  taken.make_plans();
  return taken;
}

Sequential Sequential::take(std::size_t first, std::optional<std::size_t> last) && {
  const std::size_t end = checked_end(first, last);
  if (in_optimizer())
    throw Error(
        "Sequential: expected layers to be moved before an optimizer is built, got take() after it. Build the "
        "optimizer last, or copy the layers: model.take(first, last).");
  Sequential taken, rest;
  for (std::size_t i = 0; i < size(); ++i) (first <= i && i < end ? taken : rest).append(std::move(children_[i].layer));
  children_.clear();
  taken.make_plans();
  rest.make_plans();
  *this = std::move(rest);
  return taken;
}

void Sequential::append(AnyLayer layer) {
  std::vector<Parameter*> parameters;
  for (const NamedTensor& entry : layer->parameters()) parameters.push_back(entry.parameter);
  const auto* nested = dynamic_cast<const Sequential*>(layer.get());
  const auto* branches = dynamic_cast<const Branches*>(layer.get());
  children_.push_back({std::move(layer), std::move(parameters), nested, branches});
}

void Sequential::make_plans() {
  std::vector<Layer*> layers;
  for (const Child& child : children_) layers.push_back(child.layer.get());
  plan_ = std::make_shared<Plan>(layers, false);
  prediction_plan_ = std::make_shared<Plan>(layers, true);
}

Layer& Sequential::operator[](std::size_t index) {
  if (index >= size()) throw ValueError(format_text("{}: expected an index below {}, got {}.", name(), size(), index));
  return *children_[index].layer;
}

const Layer& Sequential::operator[](std::size_t index) const {
  if (index >= size()) throw ValueError(format_text("{}: expected an index below {}, got {}.", name(), size(), index));
  return *children_[index].layer;
}

std::string Sequential::name() const { return format_text("Sequential({} layer{})", size(), size() == 1 ? "" : "s"); }

/// The error says so if the input would fit with a batch axis.
Shape Sequential::output_shape(const Shape& input) const try {
  return chained_shape(input);
} catch (const ShapeError& error) {
  Shape batch{1};
  for (const std::size_t extent : input) batch.push_back(extent);
  const std::string hint = format_text(" One sample is {}.", to_string(batch));
  if (std::string_view(error.what()).ends_with(hint)) throw;  // of a Sequential in this one
  try {
    chained_shape(batch);
  } catch (const ShapeError&) {
    throw error;
  }
  throw ShapeError(error.what() + hint);
}

Shape Sequential::chained_shape(const Shape& input) const {
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

std::optional<LayerConfig> Sequential::config() const {
  LayerConfig config{"Sequential", {}, {}};
  for (const Child& child : children_) {
    std::optional<LayerConfig> of_child = child.layer->config();
    if (!of_child) return std::nullopt;
    config.children.push_back(std::move(*of_child));
  }
  return layer_config(*this, std::move(config));
}

void Sequential::visit_state(StateVisitor& visitor) {
  if (!visitor.skips_layer_state()) visitor.constant("layer", name());
  for (std::size_t i = 0; i < size(); ++i) visitor.visit(std::to_string(i), *children_[i].layer);
  if (visitor.writes()) x_ = nullptr;  // the last forward(x) used other parameters
}

std::string Sequential::summary(const Shape& input) const {
  output_shape(input);  // its error names the layer
  std::size_t width = std::string("total").size(), shape_width = std::string("output shape").size();
  Shape shape = input;
  for (const Child& child : children_) {
    shape = child.layer->output_shape(shape);
    width = std::max(width, display_width(printable(child.layer->name())));
    shape_width = std::max(shape_width, to_string(shape).size());
  }
  std::string table =
      format_text("{:>3}  {:<{}}  {:<{}}  {:>12}\n", "#", "layer", width, "output shape", shape_width, "parameters");
  std::size_t total = 0, i = 0;
  shape = input;
  for (const Child& child : children_) {
    shape = child.layer->output_shape(shape);
    const std::size_t count = child.layer->num_parameters();
    table += format_text("{:>3}  {}  {:<{}}  {:>12}\n", i++, left_aligned(printable(child.layer->name()), width),
                         to_string(shape), shape_width, count);
    total += count;
  }
  return table + format_text("{:>3}  {:<{}}  {:<{}}  {:>12}\n", "", "total", width, "", shape_width, total);
}

}  // namespace minnow::inline MINNOW_PRECISION
