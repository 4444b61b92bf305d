#pragma once

#include <minnow/optim/optimizer.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

enum class Better { lower, higher };          // a loss; an accuracy
enum class Threshold { relative, absolute };  // how much of the best value, or of anything, counts as better

struct ReduceLROnPlateauOptions {
  Better better = Better::lower;
  double factor = 0.1;        // what the learning rate is multiplied by
  std::size_t patience = 10;  // how many values in a row may be no better
  double threshold = 1e-4;
  Threshold threshold_mode = Threshold::relative;
  std::size_t cooldown = 0;      // values after a reduction during which none follows
  double min_learning_rate = 0;  // of every group
  double epsilon = 1e-8;         // a smaller change is not made
};

/// Lowers every group's learning rate when a value stops getting better: torch.optim.lr_scheduler.ReduceLROnPlateau. It
/// changes the initial rates, so that a schedule goes on from the lower ones. A value of NaN is no better.
class MINNOW_API ReduceLROnPlateau {
 public:
  /// The optimizer must outlive it. Throws ValueError unless 0 <= factor < 1 and the others are at least 0.
  explicit ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options = {});

  /// Once per epoch, with its value. Returns whether it lowered a rate.
  bool step(double value);

  double best() const { return best_; }

  /// Visits the best value and the counts of values since.
  void visit_state(StateVisitor& visitor);

 private:
  bool is_better(double value) const;

  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
  double best_;
  std::uint64_t bad_ = 0, cooling_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
