#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/detail/plan.hpp>
#include <minnow/models/sequential.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The activations between the steps of one pass. Stored in the context, which has a child for each step.
struct Activations {
  std::shared_ptr<const Plan> plan;  // of the pass
  std::vector<Tensor> outputs;       // one per slot but the last
  Tensor gradients[2];               // dL/d(output) of two consecutive steps, used alternately

  void prepare(const std::shared_ptr<const Plan>& next, Context& context) {
    if (plan == next) return;
    context.clear_children();
    outputs.resize(next->slots - 1);
    plan = next;
  }

  /// Returns the tensor for the output in `slot`: y for the last slot. Without `keep`, two tensors alternate.
  Tensor& output(std::size_t slot, Tensor& y, bool keep) {
    const std::size_t after = plan->slots - 1 - slot;
    if (keep ? after == 0 : after % 2 == 0) return y;
    return outputs[keep ? slot : 0];
  }
  /// Returns the output that was stored in `slot`.
  const Tensor& output(std::size_t slot, const Tensor& y) const { return slot + 1 == plan->slots ? y : outputs[slot]; }
};

}  // namespace

void Sequential::forward(const Tensor& x, Tensor& y, Context& context) { run(x, y, context); }

void Sequential::run(const Tensor& x, Tensor& y, Context& context) const {
  if (size() == 0) {
    resize(y, x.shape());
    std::copy_n(x.data(), x.size(), y.data());
    return;
  }
  const bool backward_follows = context.settings.backward_follows;
  auto& between = context.scratch<Activations>();
  between.prepare(context.settings.mode == Mode::eval && !backward_follows ? prediction_plan_ : plan_, context);
  const Tensor* input = &x;
  for (std::size_t i = 0; i < between.plan->steps.size(); ++i) {
    const Plan::Step& step = between.plan->steps[i];
    Tensor& output = between.output(step.slot, y, backward_follows);
    resize(output, step.layer->output_shape(input->shape()));  // in place, output has this shape already
    step.layer->forward(*input, output, context.child(i));
    input = &output;
  }
}

/// Runs the steps before the shape of y is known. If a step throws ShapeError, output_shape() throws one that names the
/// layer.
void Sequential::run_checked(const Tensor& x, Tensor& y, Context& context) const try {
  run(x, y, context);
} catch (const ShapeError&) {
  output_shape(x.shape());
  throw;
}

/// Returns the index of the first child with trained parameters. Without a dx, backward stops at this child.
std::size_t Sequential::first_trained() const {
  const auto trained = [](const Child& child) {
    if (child.nested != nullptr) return child.nested->trains();  // layers may have been added to it
    if (child.branches != nullptr) return child.branches->trains();
    return std::any_of(child.parameters.begin(), child.parameters.end(),
                       [](const Parameter* p) { return p->trainable; });
  };
  return static_cast<std::size_t>(std::find_if(children_.begin(), children_.end(), trained) - children_.begin());
}

/// Returns true if backward reads the elements of y.
bool Sequential::last_reads_y() const { return size() > 0 && plan_->steps.back().layer->memory_use().reads_y; }

void Sequential::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  if (size() == 0) {
    if (dx != nullptr) std::copy_n(dy.data(), dy.size(), dx->data());
    return;
  }
  auto& between = context.scratch<Activations>();
  if (between.plan != plan_)
    throw Error(name() +
                ": expected the layers of the last forward(x) in backward(dy), got other layers. Run forward again.");
  const Plan& plan = *plan_;
  const std::size_t needed = dx != nullptr ? 0 : first_trained();
  const Tensor* gradient = &dy;
  Tensor* buffer = nullptr;  // that contains *gradient; null if it is dy
  for (std::size_t i = plan.steps.size(); i-- > 0 && plan.steps[i].last > needed;) {
    const Plan::Step& step = plan.steps[i];
    const Tensor& input = i > 0 ? between.output(plan.steps[i - 1].slot, y) : x;
    const Tensor& output = between.output(step.slot, y);
    Tensor* input_gradient = dx;
    if (i > 0) {
      const bool stops_here = plan.steps[i - 1].last <= needed;
      Tensor* other = buffer == &between.gradients[0] ? &between.gradients[1] : &between.gradients[0];
      input_gradient = stops_here ? nullptr : step.in_place && buffer != nullptr ? buffer : other;
      if (input_gradient == other) resize(*other, input.shape());
    }
    step.layer->backward(input, output, *gradient, input_gradient, context.child(i));
    gradient = buffer = input_gradient;
  }
}

const Tensor& Sequential::forward(const Tensor& x) {
  if (&x == &y_)
    throw ValueError(name() + ": expected an x that backward can read, got the last result. Copy it first.");
  x_ = nullptr;  // backward cannot follow a pass that throws
  run_checked(x, y_, training_);
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

Tensor Sequential::predict(const Tensor& x) const {
  Context context;
  return predict(x, context);
}

const Tensor& Sequential::predict(const Tensor& x, Context& context) const {
  struct Prediction {
    Tensor y, last;  // last: the previous result, if it is x
  };
  auto& prediction = context.scratch<Prediction>();
  context.settings.mode = Mode::eval;
  Context& pass = context.child(0);
  pass.settings.backward_follows = false;
  const bool from_last = &x == &prediction.y;
  if (from_last) std::swap(prediction.y, prediction.last);
  run_checked(from_last ? prediction.last : x, prediction.y, pass);
  return prediction.y;
}

std::vector<StepOutput> Sequential::step_outputs(const Tensor& y, const Context& context) const {
  const auto* between = context.find_scratch<Activations>();
  if (between == nullptr || between->plan != plan_ || !context.settings.backward_follows) return {};
  std::vector<StepOutput> outputs;
  std::size_t first = 0;
  for (std::size_t i = 0; i < plan_->steps.size(); ++i) {
    const Plan::Step& step = plan_->steps[i];
    if (step.overwritten) continue;  // by the next step
    outputs.push_back({first, step.last, &between->output(step.slot, y), context.find_child(i)});
    first = step.last;
  }
  return outputs;
}

}  // namespace minnow::inline MINNOW_PRECISION
