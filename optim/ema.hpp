#pragma once

#include <minnow/core/layer.hpp>

#include <cstdint>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct EMAOptions {
  double decay = 0.999;  // how much of the average stays at each update
  bool warm_up = false;  // at first less: min(decay, (1 + t) / (10 + t)) after t updates
};

/// An exponential moving average of a model's numbers: torch.optim.swa_utils.AveragedModel with
///   average = decay average + (1 - decay) x
/// and use_buffers; as there, the first update copies. BatchNorm's running statistics are averaged like the weights
/// they were measured with: copied, they would be those of other weights. Buffers without an axis are counts, and are
/// copied.
class MINNOW_API EMA {
 public:
  /// The model must outlive it, and keep its layers. Throws ValueError unless 0 <= decay <= 1.
  explicit EMA(Layer& model, const EMAOptions& options = {});
  EMA(const EMA&) = delete;
  EMA& operator=(const EMA&) = delete;

  /// Once per step, after the optimizer's. Throws Error while averages are swapped in.
  void update();

  std::uint64_t updates() const { return updates_; }

  /// While it lives, the model has the averages, to evaluate or save; then it has its own numbers again, all of them to
  /// the bit. Nothing is copied. Train nothing meanwhile, nor destroy the EMA.
  class [[nodiscard]] MINNOW_API Swap {
   public:
    ~Swap();
    Swap(const Swap&) = delete;
    Swap& operator=(const Swap&) = delete;

   private:
    friend class EMA;
    explicit Swap(EMA& ema);
    EMA& ema_;
  };
  Swap swap_in() { return Swap(*this); }

  /// Gives the model the averages for good: what it had is lost, and its gradients become stale.
  void copy_to_model();

  /// Whether it was built on this model: not on one like it.
  bool is_of(Layer& model) const;

  /// Visits the averages and the number of updates. Throws Error while averages are swapped in.
  void visit_state(StateVisitor& visitor);

  /// The averages, one for each entry of model.state().
  const std::vector<FixedTensor>& averages() const { return averages_; }

 private:
  void check_ready(const char* action) const;
  void exchange() noexcept;

  EMAOptions options_;
  std::vector<NamedTensor> state_;
  std::vector<FixedTensor> averages_;  // one per entry of state_
  std::uint64_t updates_ = 0;
  bool swapped_in_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
