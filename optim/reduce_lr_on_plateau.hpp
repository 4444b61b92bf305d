#pragma once

#include <minnow/optim/optimizer.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

enum class Better { lower, higher };          // lower for a loss, higher for an accuracy
enum class Threshold { relative, absolute };  // relative to the best value, or an absolute difference

struct ReduceLROnPlateauOptions {
  Better better = Better::lower;
  double factor = 0.1;                             // multiplies the learning rate
  std::size_t patience = 10;                       // values in a row that may be no better
  double threshold = 1e-4;                         // least improvement that counts as better
  Threshold threshold_mode = Threshold::relative;  // to |best value|
  std::size_t cooldown = 0;                        // values after a reduction without a further reduction
  double min_learning_rate = 0;                    // lower bound, for every group
  double epsilon = 1e-8;                           // smaller changes are skipped
};

/// Lowers the learning rate of every group if a value no longer improves, as
/// torch.optim.lr_scheduler.ReduceLROnPlateau does. Unlike in PyTorch, a relative threshold works for negative values:
/// it is a fraction of the size of the best value. The object changes the initial rates, which a schedule uses too. NaN
/// is never an improvement.
class MINNOW_API ReduceLROnPlateau {
 public:
  /// The optimizer must outlive this object. Throws ValueError unless 0 <= factor < 1 and the other options are at
  /// least 0.
  explicit ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options = {});

  /// Records the value of an epoch; call it once per epoch. Returns true if it lowered a rate.
  bool step(double value);

  /// Best value so far.
  double best() const { return best_; }

  /// Visits the options, the best value, and the counts for patience and cooldown.
  void visit_state(StateVisitor& visitor);

 private:
  bool is_better(double value) const;

  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
  double best_;
  std::uint64_t not_better_ = 0;     // values in a row that were no better
  std::uint64_t cooldown_left_ = 0;  // values until the end of the cooldown
};

}  // namespace minnow::inline MINNOW_PRECISION
