#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/layers/sequential.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// What one pass leaves between the layers; lives in the context.
struct Activations {
  std::vector<Context> contexts;  // one per layer
  std::vector<Tensor> outputs;    // of all layers but the last
  Tensor gradients[2];            // dL/d(output), alternately; freed of use as soon as the next one is written
};

Activations& activations(Context& context, std::size_t layers) {
  auto& between = context.scratch<Activations>();
  if (between.contexts.size() != layers) {
    between.contexts.clear();
    between.contexts.resize(layers);
    between.outputs.resize(layers == 0 ? 0 : layers - 1);
  }
  for (Context& child : between.contexts) child.mode = context.mode;
  return between;
}

}  // namespace

Sequential::Sequential(const Sequential& other) : Layer(other) {
  for (const Child& child : other.children_)
    children_.push_back({child.copy(*child.layer), child.copy, child.has_parameters});
}

Sequential::Sequential(Sequential&& other) noexcept
    : Layer(other),
      children_(std::move(other.children_)),
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
    x_ = nullptr;  // the last pass was another model's
  }
  return *this;
}

bool Sequential::same_layers(const Sequential& other) const {
  const auto same = [](const Child& a, const Child& b) {
    const auto* nested = dynamic_cast<const Sequential*>(a.layer.get());
    const auto* other_nested = dynamic_cast<const Sequential*>(b.layer.get());
    if (nested != nullptr && other_nested != nullptr) return nested->same_layers(*other_nested);
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
  const bool has_parameters = !layer->parameters().empty();
  children_.push_back({std::move(layer), copy, has_parameters});
  return *this;
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

void Sequential::forward(const Tensor& x, Tensor& y, Context& context) {
  Activations& between = activations(context, size());
  if (size() == 0) std::copy_n(x.data(), x.size(), y.data());
  const Tensor* input = &x;
  for (std::size_t i = 0; i < size(); ++i) {
    Tensor& output = i + 1 < size() ? between.outputs[i] : y;
    if (&output != &y) resize(output, children_[i].layer->output_shape(input->shape()));
    children_[i].layer->forward(*input, output, between.contexts[i]);
    input = &output;
  }
}

/// The first layer with parameters: with no dx asked for, no gradient is needed before it.
std::size_t Sequential::first_trained() const {
  const auto trained = [](const Child& child) {
    const auto* nested = dynamic_cast<const Sequential*>(child.layer.get());  // may have been added to since
    return nested != nullptr ? nested->first_trained() < nested->size() : child.has_parameters;
  };
  return static_cast<std::size_t>(std::find_if(children_.begin(), children_.end(), trained) - children_.begin());
}

void Sequential::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  Activations& between = activations(context, size());
  if (size() == 0 && dx != nullptr) std::copy_n(dy.data(), dy.size(), dx->data());
  const std::size_t first = dx != nullptr ? 0 : first_trained();
  const Tensor* gradient = &dy;
  for (std::size_t i = size(); i-- > first;) {
    const Tensor& input = i > 0 ? between.outputs[i - 1] : x;
    const Tensor& output = i + 1 < size() ? between.outputs[i] : y;
    Tensor* input_gradient = i > first ? &between.gradients[i % 2] : i == 0 ? dx : nullptr;
    if (i > 0 && input_gradient != nullptr) resize(*input_gradient, input.shape());
    children_[i].layer->backward(input, output, *gradient, input_gradient, between.contexts[i]);
    gradient = input_gradient;
  }
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

const Tensor& Sequential::forward(const Tensor& x) {
  x_ = nullptr;  // a pass that fails half-way cannot be continued
  resize(y_, output_shape(x.shape()));
  forward(x, y_, training_);
  x_ = &x;
  return y_;
}

void Sequential::backward(const Tensor& dy) {
  if (x_ == nullptr) throw Error(name() + ": expected forward(x) before backward(dy).");
  if (dy.shape() != y_.shape())
    throw ShapeError(format_text("{}: expected dy of the output's shape {}, got {}.", name(), to_string(y_.shape()),
                                 to_string(dy.shape())));
  backward(*x_, y_, dy, nullptr, training_);
}

const Tensor& Sequential::predict(const Tensor& x) { return predict(x, prediction_); }

const Tensor& Sequential::predict(const Tensor& x, Context& context) const {
  struct Prediction {
    Context context{Mode::eval};
    Tensor y;
  };
  context.mode = Mode::eval;
  auto& prediction = context.scratch<Prediction>();
  resize(prediction.y, output_shape(x.shape()));
  const_cast<Sequential*>(this)->forward(x, prediction.y,
                                         prediction.context);  // in eval mode it writes nothing in a layer
  return prediction.y;
}

const Tensor& Sequential::output(std::size_t index) {
  if (x_ == nullptr || index >= size())
    throw Error(format_text("{}: expected the index of a layer, after forward(x), got {}.", name(), index));
  return index + 1 == size() ? y_ : activations(training_, size()).outputs[index];
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
