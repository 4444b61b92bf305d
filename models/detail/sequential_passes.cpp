#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/detail/fused_conv2d.hpp>
#include <minnow/models/detail/plan.hpp>
#include <minnow/models/repeats_forward.hpp>
#include <minnow/models/sequential.hpp>

#include <algorithm>
#include <typeinfo>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// What one pass leaves between the steps; lives in the context.
struct Activations {
  std::shared_ptr<const Plan> plan;  // that of the pass
  std::vector<Context> contexts;     // one per step
  std::vector<Tensor> outputs;       // one per slot but the last
  Tensor gradients[2];               // dL/d(output), alternately; freed of use as soon as the next one is written

  void prepare(const std::shared_ptr<const Plan>& next) {
    if (plan == next) return;
    contexts.clear();
    contexts.resize(next->steps.size());
    outputs.resize(next->slots - 1);
    plan = next;
  }

  /// Where a step's output goes: the last slot is y. Without a backward, two tensors take turns.
  Tensor& output(std::size_t slot, Tensor& y, bool keep) {
    const std::size_t after = plan->slots - 1 - slot;
    if (keep ? after == 0 : after % 2 == 0) return y;
    return outputs[keep ? slot : 0];
  }
  const Tensor& output(std::size_t slot, const Tensor& y) const { return slot + 1 == plan->slots ? y : outputs[slot]; }
};

}  // namespace

void Sequential::forward(const Tensor& x, Tensor& y, Context& context) {
  if (size() == 0) {
    resize(y, x.shape());
    std::copy_n(x.data(), x.size(), y.data());
    return;
  }
  auto& between = context.scratch<Activations>();
  between.prepare(context.mode == Mode::eval && !context.backward_follows ? prediction_plan_ : plan_);
  const Tensor* input = &x;
  for (std::size_t i = 0; i < between.plan->steps.size(); ++i) {
    const Plan::Step& step = between.plan->steps[i];
    Tensor& output = between.output(step.slot, y, context.backward_follows);
    Context& child = between.contexts[i];
    child.mode = context.mode;
    child.backward_follows = context.backward_follows;
    resize(output, step.layer->output_shape(input->shape()));  // in place, that is the shape it has
    step.layer->forward(*input, output, child);
    input = &output;
  }
}

/// The same for the conveniences below, which do not know y's shape beforehand. The steps find a wrong shape, and the
/// layers one by one know best how to say it.
void Sequential::run(const Tensor& x, Tensor& y, Context& context) try {
  forward(x, y, context);
} catch (const ShapeError&) {
  output_shape(x.shape());
  throw;
}

/// The first child with parameters to train: with no dx asked for, no gradient is needed before it.
std::size_t Sequential::first_trained() const {
  const auto trained = [](const Child& child) {
    if (child.nested != nullptr) return child.nested->trains();  // may have been added to
    if (child.branches != nullptr) return child.branches->trains();
    return std::any_of(child.parameters.begin(), child.parameters.end(),
                       [](const Parameter* p) { return p->trainable; });
  };
  return static_cast<std::size_t>(std::find_if(children_.begin(), children_.end(), trained) - children_.begin());
}

/// Whether backward looks at what y holds.
bool Sequential::last_reads_y() const { return size() > 0 && plan_->steps.back().layer->memory_use().reads_y; }

void Sequential::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  if (size() == 0) {
    if (dx != nullptr) std::copy_n(dy.data(), dy.size(), dx->data());
    return;
  }
  auto& between = context.scratch<Activations>();
  if (between.plan != plan_)
    throw Error(name() + ": expected the layers that forward(x) ran, got others in backward(dy). Run forward again.");
  const Plan& plan = *plan_;
  const std::size_t needed = dx != nullptr ? 0 : first_trained();
  const Tensor* gradient = &dy;
  Tensor* taken = nullptr;  // the buffer that holds it
  for (std::size_t i = plan.steps.size(); i-- > 0 && plan.steps[i].last > needed;) {
    const Plan::Step& step = plan.steps[i];
    const Tensor& input = i > 0 ? between.output(plan.steps[i - 1].slot, y) : x;
    const Tensor& output = between.output(step.slot, y);
    Tensor* input_gradient = dx;
    if (i > 0) {
      const bool stops_here = plan.steps[i - 1].last <= needed;
      Tensor* other = taken == &between.gradients[0] ? &between.gradients[1] : &between.gradients[0];
      input_gradient = stops_here ? nullptr : step.in_place && taken != nullptr ? taken : other;
      if (input_gradient == other) resize(*other, input.shape());
    }
    step.layer->backward(input, output, *gradient, input_gradient, between.contexts[i]);
    gradient = taken = input_gradient;
  }
}

const Tensor& Sequential::forward(const Tensor& x) {
  if (&x == &y_)
    throw ValueError(name() + ": expected an x that backward can look at again, got the last result. Copy it first.");
  x_ = nullptr;  // a pass that fails half-way cannot be continued
  run(x, y_, training_);
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
    Tensor y, last;  // last: what y was, where that is predicted from
  };
  context.mode = Mode::eval;
  auto& prediction = context.scratch<Prediction>();
  prediction.context.backward_follows = false;
  auto& self = const_cast<Sequential&>(*this);  // in eval mode it writes nothing in a layer
  const bool from_last = &x == &prediction.y;
  if (from_last) std::swap(prediction.y, prediction.last);
  self.run(from_last ? prediction.last : x, prediction.y, prediction.context);
  return prediction.y;
}

const Tensor& Sequential::output(std::size_t index) {
  if (x_ == nullptr || index >= size())
    throw Error(format_text("{}: expected the index of a layer, after forward(x), got {}.", name(), index));
  const Plan& plan = *plan_;
  const auto& between = training_.scratch<Activations>();
  const auto held = [&](std::size_t i) -> const Tensor& { return between.output(plan.steps[i].slot, y_); };
  std::size_t i = 0;
  while (plan.steps[i].last <= index) ++i;
  if (plan.steps[i].last == index + 1 && !plan.steps[i].overwritten) return held(i);
  // It is gone, or never was: the layers up to it run again, one by one, from the last output that is still there.
  while (i > 0 && plan.steps[i].in_place) --i;
  repeat(plan.steps[i].first, index + 1, i == 0 ? *x_ : held(i - 1), recomputed_, training_);
  return recomputed_;
}

/// Runs the children [first, last) of a training pass once more, from the x that `first` had.
void Sequential::repeat(std::size_t first, std::size_t last, const Tensor& x, Tensor& y, Context& context) const {
  auto& between = context.scratch<Activations>();
  if (first == last) y = x;
  const Tensor* input = &x;
  for (std::size_t child = first, step = 0; child < last; ++child) {
    while (plan_->steps[step].last <= child) ++step;
    Layer& layer = *children_[child].layer;
    Tensor next;
    resize(next, layer.output_shape(input->shape()));
    const bool fused = dynamic_cast<const FusedConv2d*>(plan_->steps[step].layer) != nullptr;
    Context fresh, &of_step = between.contexts[step], &of_pass = fused ? FusedConv2d::norm_context(of_step) : of_step;
    if (const auto* repeats = dynamic_cast<const RepeatsForward*>(&layer))
      repeats->repeat_forward(*input, next, of_pass);
    else if (typeid(layer) == typeid(Sequential))
      children_[child].nested->repeat(0, children_[child].nested->size(), *input, next, of_pass);
    else
      layer.forward(*input, next, fresh);
    std::swap(y, next);
    input = &y;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
