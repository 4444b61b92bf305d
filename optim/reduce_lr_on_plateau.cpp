#include <minnow/optim/detail/check_option.hpp>
#include <minnow/optim/detail/visit_option.hpp>
#include <minnow/optim/reduce_lr_on_plateau.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options)
    : optimizer_(optimizer),
      options_(options),
      best_(options.better == Better::lower ? std::numeric_limits<double>::infinity()
                                            : -std::numeric_limits<double>::infinity()) {
  check_below_one("ReduceLROnPlateau", "factor", options.factor);
  check_not_negative("ReduceLROnPlateau", "threshold", options.threshold);
  check_not_negative("ReduceLROnPlateau", "min_learning_rate", options.min_learning_rate);
  check_not_negative("ReduceLROnPlateau", "epsilon", options.epsilon);
}

bool ReduceLROnPlateau::is_better(double value) const {
  const double sign = options_.better == Better::lower ? -1 : 1;
  if (std::isinf(best_)) return sign * value > sign * best_;  // infinity times 0 is NaN
  const double towards_better = best_ < 0 ? -sign : sign;     // the sign of the change of |best_|
  const double required = options_.threshold_mode == Threshold::relative
                              ? best_ * (1 + towards_better * options_.threshold)
                              : best_ + sign * options_.threshold;
  return sign * value > sign * required;
}

bool ReduceLROnPlateau::step(double value) {
  if (is_better(value)) {
    best_ = value;
    not_better_ = 0;
  } else {
    ++not_better_;
  }
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    not_better_ = 0;
  }
  if (not_better_ <= options_.patience) return false;
  bool lowered = false;
  for (std::size_t group = 0; group < optimizer_.num_groups(); ++group) {
    Rates rates = optimizer_.initial_rates(group);
    const double lower = std::max(rates.learning_rate * options_.factor, options_.min_learning_rate);
    if (rates.learning_rate - lower <= options_.epsilon) continue;
    rates.learning_rate = lower;
    optimizer_.set_initial_rates(group, rates);
    lowered = true;
  }
  cooldown_left_ = options_.cooldown;
  not_better_ = 0;
  return lowered;
}

void ReduceLROnPlateau::visit_state(StateVisitor& visitor) {
  visitor.constant("type", "ReduceLROnPlateau");
  visitor.constant("better", options_.better == Better::lower ? "lower" : "higher");
  visit_option(visitor, "factor", options_.factor);
  visit_option(visitor, "patience", options_.patience);
  visit_option(visitor, "threshold", options_.threshold);
  visitor.constant("threshold_mode", options_.threshold_mode == Threshold::relative ? "relative" : "absolute");
  visit_option(visitor, "cooldown", options_.cooldown);
  visit_option(visitor, "min_learning_rate", options_.min_learning_rate);
  visit_option(visitor, "epsilon", options_.epsilon);
  visitor.visit("best", best_);
  visitor.visit("not_better", not_better_);
  visitor.visit("cooldown_left", cooldown_left_);
}

}  // namespace minnow::inline MINNOW_PRECISION
