#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>

#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// In train mode, sets each element to 0 with probability p and divides the others by 1 - p. The expected value does
/// not change (Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014). In eval
/// mode, y = x. x, y: any shape.
///
/// Each training pass draws a new mask from the layer's own stream. The mask does not depend on the number of threads.
class MINNOW_API Dropout : public Layer {
 public:
  /// Splits the layer's stream from `rng`. Throws ValueError unless 0 <= p <= 1.
  Dropout(double p, Rng& rng);

  /// The config contains no stream: all layers made from a config have the same stream. Restoring the state also
  /// restores the stream.
  explicit Dropout(const LayerConfig& config);

  std::string name() const override;
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  void visit_state(StateVisitor& visitor) override;
  MemoryUse memory_use() const override { return {false, false, true}; }

 private:
  Dropout(double p, const Rng& stream);
  void apply(const Tensor& x, Tensor& y, Context& context) const;

  double p_;
  Real scale_;          // 1 / (1 - p); 0 if p = 1
  std::uint64_t keep_;  // 2^32 (1 - p)
  Rng rng_;
};

}  // namespace minnow::inline MINNOW_PRECISION
