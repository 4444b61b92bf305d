#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/optim/detail/check_option.hpp>
#include <minnow/optim/detail/gradient_kernels.hpp>
#include <minnow/optim/detail/visit_option.hpp>
#include <minnow/optim/ema.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

EMA::EMA(Layer& model, const EMAOptions& options) : options_(options), state_(model.state()) {
  check_fraction("EMA", "decay", options.decay);
  for (const NamedTensor& entry : state_) averages_.push_back(*entry.value);
}

bool EMA::is_of(const Layer& model) const {
  const std::vector<NamedConstTensor> entries = model.state();
  return std::equal(entries.begin(), entries.end(), state_.begin(), state_.end(),
                    [](const NamedConstTensor& a, const NamedTensor& b) { return a.value == b.value; });
}

void EMA::check_ready(const char* action) const {
  if (swapped_in_)
    throw Error(
        format_text("EMA: expected {} while the averages are not swapped in, got it while they are. Destroy the result "
                    "of swap_in() first.",
                    action));
}

void EMA::update() {
  check_ready("update");
  const auto t = static_cast<double>(updates_);
  const double decay = options_.warm_up ? std::min(options_.decay, (1 + t) / (10 + t)) : options_.decay;
  for (std::size_t i = 0; i < state_.size(); ++i) {
    const FixedTensor& x = *state_[i].value;
    FixedTensor& average = averages_[i];
    const bool count = state_[i].parameter == nullptr && x.dimension() == 0;
    if (updates_ == 0 || count)
      std::copy_n(x.data(), x.size(), average.data());
    else
      parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
        kernels::move_average(static_cast<Real>(1 - decay), x.data() + begin, average.data() + begin, end - begin);
      });
  }
  ++updates_;
}

void EMA::exchange() noexcept {
  for (std::size_t i = 0; i < state_.size(); ++i) state_[i].value->swap(averages_[i]);
  swapped_in_ = !swapped_in_;
}

void EMA::visit_state(StateVisitor& visitor) {
  check_ready("visit_state");
  visitor.constant("type", "EMA");
  visit_option(visitor, "decay", options_.decay);
  visit_option(visitor, "warm_up", options_.warm_up);
  visitor.visit("updates", updates_);
  for (std::size_t i = 0; i < state_.size(); ++i) visitor.visit("average." + state_[i].name, averages_[i]);
}

EMA::Swap::Swap(EMA& ema) : ema_(ema) {
  ema.check_ready("swap_in");
  ema.exchange();
}

EMA::Swap::~Swap() { ema_.exchange(); }

void EMA::copy_to_model() {
  check_ready("copy_to_model");
  for (std::size_t i = 0; i < state_.size(); ++i) {
    std::copy_n(averages_[i].data(), averages_[i].size(), state_[i].value->data());
    if (state_[i].parameter != nullptr) state_[i].parameter->clear_gradient();
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
