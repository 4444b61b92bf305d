#pragma once

#include <minnow/core/layer.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

namespace detail {
struct LayerAccess;
}
struct BatchNormParts;
struct BatchNormValues;

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  // share of the new batch in the running statistics; none: the average
  bool affine = true;                    // train a weight and a bias
  bool track_running_stats = true;       // false: evaluation uses the statistics of its batch
};

/// Normalises each channel over batch and positions, y = (x - mean) / sqrt(variance + eps) weight + bias (Ioffe and
/// Szegedy, "Batch normalization", 2015). Training computes mean and variance from the batch and blends them into the
/// buffers running_mean and running_var (there unbiased). Evaluation reads the buffers. If a channel is constant and
/// eps is 0, or 0 as a Real, y is the bias and dx is 0; PyTorch returns NaN or refuses the eps.
///
/// The common base of BatchNorm1d and BatchNorm2d, which accept different shapes.
class MINNOW_API BatchNorm : public Layer {
 public:
  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  using Layer::state;
  std::vector<NamedTensor> state() override;

  bool tracks_running_stats() const { return options_.track_running_stats; }

  /// Writes evaluation as y = scale x + shift per channel: scale = weight / sqrt(running_var + eps), shift = bias -
  /// running_mean scale. Returns false and leaves `scale` and `shift` unchanged if the layer tracks no running
  /// statistics.
  [[nodiscard]] bool evaluation(Tensor& scale, Tensor& shift) const;

 protected:
  /// Throws ValueError if there are no channels, eps is negative, or momentum is outside [0, 1].
  BatchNorm(std::size_t dimensions, std::size_t channels, const BatchNormOptions& options);
  BatchNorm(std::size_t dimensions, const LayerConfig& config);

  /// The config of a layer of the given type.
  LayerConfig config_of(const char* type) const;

 private:
  friend struct detail::LayerAccess;
  BatchNormParts parts();
  BatchNormValues parts() const;
  void make_tensors();

  // First, so that assigning a layer with other shapes throws before anything has changed.
  Parameter weight_, bias_;
  FixedTensor running_mean_, running_var_, num_batches_tracked_;  // (C), (C), a scalar
  std::size_t dimensions_, channels_;
  BatchNormOptions options_;
};

/// x: (N, C) or (N, C, L).
class MINNOW_API BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(const LayerConfig& config) : BatchNorm(1, config) {}
  explicit BatchNorm1d(std::size_t channels, const BatchNormOptions& options = {}) : BatchNorm(1, channels, options) {}

  std::optional<LayerConfig> config() const override { return layer_config(*this, config_of("BatchNorm1d")); }
};

/// x: (N, C, H, W).
class MINNOW_API BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(const LayerConfig& config) : BatchNorm(2, config) {}
  explicit BatchNorm2d(std::size_t channels, const BatchNormOptions& options = {}) : BatchNorm(2, channels, options) {}

  std::optional<LayerConfig> config() const override { return layer_config(*this, config_of("BatchNorm2d")); }
};

}  // namespace minnow::inline MINNOW_PRECISION
