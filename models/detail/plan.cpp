#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/models/detail/fused_conv2d.hpp>
#include <minnow/models/detail/fused_dense.hpp>
#include <minnow/models/detail/plan.hpp>

#include <optional>
#include <span>
#include <type_traits>
#include <typeinfo>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Children = std::span<Layer* const>;

/// Returns true if the layer is exactly an L. A class derived from L may compute something else.
template <class L>
bool is(const Layer& layer) {
  return typeid(layer) == typeid(L);
}

Activation activation_of(const Layer& layer) {
  return is<ReLU>(layer)      ? Activation::relu
         : is<Sigmoid>(layer) ? Activation::sigmoid
         : is<Tanh>(layer)    ? Activation::tanh
                              : Activation::none;
}

struct Rewrite {
  std::unique_ptr<Layer> fused;
  std::size_t children;  // number of children that it replaces
};

/// Fuses [Flatten] Dense [BatchNorm1d, in prediction] [ReLU | Sigmoid | Tanh], at least two of them.
std::optional<Rewrite> fuse_dense(Children children, bool prediction) {
  const bool flattens = is<Flatten>(*children[0]);
  const std::size_t at = flattens ? 1 : 0;
  if (at == children.size() || !is<Dense>(*children[at])) return {};
  std::size_t next = at + 1;
  const BatchNorm1d* norm = nullptr;
  if (prediction && next < children.size() && is<BatchNorm1d>(*children[next])) {
    norm = static_cast<const BatchNorm1d*>(children[next]);
    if (norm->tracks_running_stats())
      ++next;
    else
      norm = nullptr;  // it needs the statistics of the batch
  }
  const Activation activation = next < children.size() ? activation_of(*children[next]) : Activation::none;
  const std::size_t count = activation == Activation::none ? next : next + 1;
  if (count == 1) return {};
  const auto* flatten = flattens ? static_cast<const Flatten*>(children[0]) : nullptr;
  return Rewrite{std::make_unique<FusedDense>(flatten, static_cast<Dense&>(*children[at]), norm, activation), count};
}

/// Fuses Conv2d [BatchNorm2d] [ReLU] [MaxPool2d of 2 x 2 tiles], at least two of them.
std::optional<Rewrite> fuse_conv2d(Children children) {
  if (!is<Conv2d>(*children[0])) return {};
  std::size_t next = 1;
  const auto take_if = [&](bool wanted) { return wanted ? children[next++] : nullptr; };
  const auto is_next = [&]<class L>(std::type_identity<L>) { return next < children.size() && is<L>(*children[next]); };
  auto* norm = static_cast<BatchNorm2d*>(take_if(is_next(std::type_identity<BatchNorm2d>())));
  const bool relu = take_if(is_next(std::type_identity<ReLU>())) != nullptr;
  const bool pools =
      is_next(std::type_identity<MaxPool2d>()) && FusedConv2d::can_pool(static_cast<const MaxPool2d&>(*children[next]));
  const auto* pool = static_cast<const MaxPool2d*>(take_if(pools));
  if (next == 1) return {};
  return Rewrite{std::make_unique<FusedConv2d>(static_cast<Conv2d&>(*children[0]), norm, relu, pool), next};
}

std::vector<Plan::Step> rewrite(Children children, bool prediction) {
  std::vector<Plan::Step> steps;
  for (std::size_t first = 0; first < children.size(); first = steps.back().last) {
    Plan::Step step{children[first], nullptr, first, first + 1};
    std::optional<Rewrite> found = fuse_dense(children.subspan(first), prediction);
    if (!found) found = fuse_conv2d(children.subspan(first));
    if (found) {
      step.fused = std::move(found->fused);
      step.layer = step.fused.get();
      step.last = first + found->children;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

Plan::Plan(const std::vector<Layer*>& children, bool prediction) : steps(rewrite(children, prediction)) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const MemoryUse use = steps[i].layer->memory_use();
    steps[i].in_place = i > 0 && use.in_place && !use.reads_x && !steps[i - 1].layer->memory_use().reads_y;
    if (steps[i].in_place)
      steps[i - 1].overwritten = true;
    else
      ++slots;
    steps[i].slot = slots - 1;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
