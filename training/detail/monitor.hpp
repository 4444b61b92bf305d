#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/state_visitor.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/training/fit.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The monitored value of a training run: the best value, the number of values since it, and the weights at it.
class Monitor {
 public:
  /// Throws ValueError if an option is out of range, or the monitored column does not exist.
  Monitor(const FitOptions& options, Layer& model, const std::vector<std::string>& columns);

  /// Returns true if a row has the monitored value: each end of an epoch, or each validation.
  bool is_measured(bool epoch_end, bool validated) const { return of_validation_ ? validated : epoch_end; }
  const std::string& column() const { return rule_.monitor; }

  /// Adds the value of a row. Returns true if it is the best so far. NaN is never better. The training loss without
  /// early stopping has no best value: it only drives the plateau.
  bool add(double value, std::size_t row);

  /// Copies the weights, or the averages of `ema` if it is not null, as those of the best value.
  void keep_weights(const EMA* ema);

  /// Writes the kept weights into the model, if there are any.
  void restore_weights();

  /// Returns true if training ends early.
  bool ends_training() const { return stops_ && not_better_ >= rule_.patience; }

  /// The row of the best value; none before the first value.
  std::optional<std::size_t> best_row() const;

  void visit_state(StateVisitor& visitor);

 private:
  EarlyStopping rule_;
  bool stops_, keeps_weights_, of_validation_;
  std::vector<NamedTensor> state_;    // of the model
  std::vector<FixedTensor> weights_;  // one per entry of state_; without shapes before the first value
  double best_;
  std::uint64_t best_row_plus_one_ = 0, not_better_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
