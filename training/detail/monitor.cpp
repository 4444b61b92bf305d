#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/monitor.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// Without early stopping, the monitored value is the loss.
EarlyStopping monitored(const FitOptions& options) {
  if (options.early_stopping) return *options.early_stopping;
  return {.monitor = options.validation.loader != nullptr ? "validation loss" : "loss"};
}

}  // namespace

Monitor::Monitor(const FitOptions& options, Layer& model, const std::vector<std::string>& columns)
    : rule_(monitored(options)),
      stops_(options.early_stopping.has_value()),
      keeps_weights_(options.early_stopping && options.early_stopping->restore_best),
      of_validation_(rule_.monitor.starts_with("validation ")),
      state_(model.state()),
      weights_(keeps_weights_ ? state_.size() : 0),
      best_(rule_.better == Better::lower ? unlimited : -unlimited) {
  if (!stops_) return;
  if (rule_.patience == 0) throw ValueError("EarlyStopping: expected a patience of at least 1, got 0.");
  if (!(rule_.min_delta >= 0) || std::isinf(rule_.min_delta))
    throw ValueError(format_text("EarlyStopping: expected a finite min_delta of at least 0, got {}.", rule_.min_delta));
  constexpr std::array<std::string_view, 5> no_measures{"epoch", "step", "learning rate", "samples/s", "seconds"};
  if (std::find(columns.begin(), columns.end(), rule_.monitor) == columns.end() ||
      std::find(no_measures.begin(), no_measures.end(), rule_.monitor) != no_measures.end())
    throw ValueError(format_text("EarlyStopping: expected a loss or metric that is measured, got '{}'.{}",
                                 rule_.monitor,
                                 of_validation_ ? " Set validation.loader, and add the metric." : " Add the metric."));
}

bool Monitor::add(double value, std::size_t row) {
  const double gain = rule_.better == Better::lower ? best_ - value : value - best_;
  if (!stops_ && !of_validation_) return false;
  if (!(gain > rule_.min_delta)) {  // false for NaN
    ++not_better_;
    return false;
  }
  best_ = value;
  best_row_plus_one_ = row + 1;
  not_better_ = 0;
  return true;
}

std::optional<std::size_t> Monitor::best_row() const {
  if (best_row_plus_one_ == 0) return std::nullopt;
  return best_row_plus_one_ - 1;
}

void Monitor::keep_weights(const EMA* ema) {
  for (std::size_t i = 0; i < weights_.size(); ++i)
    weights_[i] = ema != nullptr ? ema->averages()[i] : *state_[i].value;
}

void Monitor::restore_weights() {
  if (weights_.empty() || best_row_plus_one_ == 0) return;
  for (std::size_t i = 0; i < state_.size(); ++i) {
    *state_[i].value = weights_[i];
    if (state_[i].parameter != nullptr) state_[i].parameter->clear_gradient();
  }
}

void Monitor::visit_state(StateVisitor& visitor) {
  visitor.constant("column", rule_.monitor);
  visitor.constant("better", rule_.better == Better::lower ? "lower" : "higher");
  visitor.constant("min_delta", format_text("{}", rule_.min_delta));
  visitor.constant("restore_best", keeps_weights_ ? "true" : "false");
  visitor.visit("best", best_);
  visitor.visit("best_row_plus_one", best_row_plus_one_);
  visitor.visit("not_better", not_better_);
  for (std::size_t i = 0; i < weights_.size(); ++i)
    visitor.visit("weights." + state_[i].name, weights_[i], state_[i].value->shape());
}

}  // namespace minnow::inline MINNOW_PRECISION
