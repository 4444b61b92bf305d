#pragma once

#include <minnow/core/layer.hpp>

#include <cstdint>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct EMAOptions {
  double decay = 0.999;  // weight of the old average at each update
  bool warm_up = false;  // use min(decay, (1 + t) / (10 + t)) after t updates
};

/// An exponential moving average of a model's parameters and buffers, as torch.optim.swa_utils.AveragedModel with
/// use_buffers computes it:
///   average = decay average + (1 - decay) x
/// The first update copies x. The running statistics of BatchNorm are averaged too, so that they fit the averaged
/// weights. Buffers without an axis are counts, and are copied.
class MINNOW_API EMA {
 public:
  /// The model must outlive this average and keep its layers. Throws ValueError unless 0 <= decay <= 1.
  explicit EMA(Layer& model, const EMAOptions& options = {});
  EMA(const EMA&) = delete;
  EMA& operator=(const EMA&) = delete;

  /// Updates the averages; call it after each step of the optimizer. Throws Error while the averages are swapped in.
  void update();

  /// Number of calls to update().
  std::uint64_t updates() const { return updates_; }

  /// While a Swap exists, the model contains the averages, to be evaluated or saved. Its destructor gives the model its
  /// own values back, bit for bit. No element is copied. Do not train the model or destroy the EMA in between.
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

  /// Exchanges the values of the model with the averages. Throws Error if they are exchanged already.
  Swap swap_in() { return Swap(*this); }

  /// Overwrites the values of the model with the averages; its gradients become stale. Throws Error while the averages
  /// are swapped in.
  void copy_to_model();

  /// Returns true if this average was built on `model` itself; a copy of the model does not count.
  bool is_of(const Layer& model) const;

  /// Visits the options, the averages and the number of updates. Throws Error while the averages are swapped in.
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
