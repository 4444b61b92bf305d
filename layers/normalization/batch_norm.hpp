#pragma once

#include <minnow/core/layer.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct BatchNormPass;

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  // share of the new batch in the running statistics; none: all batches alike
  bool affine = true;                    // whether there are a weight and a bias
  bool track_running_stats = true;       // false: evaluates, too, with the statistics of the batch at hand
};

/// Each channel normalised over batch and positions, y = (x - mean) / sqrt(variance + eps) weight + bias (Ioffe and
/// Szegedy, "Batch normalization", 2015). Training takes mean and variance from the batch and blends them into
/// running_mean and running_var (there unbiased), with which evaluation computes; state() has them as buffers.
///
/// What BatchNorm1d and BatchNorm2d share: they differ in the shapes they take.
class MINNOW_API BatchNorm : public Layer {
 public:
  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  std::vector<NamedTensor> state() override;

  bool tracks_running_stats() const { return options_.track_running_stats; }

  /// Evaluation as y = scale x + shift for each channel, to be folded into the layer before: scale = weight /
  /// sqrt(running_var + eps), shift = bias - running_mean scale. False, and nothing written, without running
  /// statistics.
  [[nodiscard]] bool evaluation(Tensor& scale, Tensor& shift) const;

 protected:
  /// Throws ValueError for no channels, a negative eps or a momentum outside [0, 1].
  BatchNorm(std::size_t dimensions, std::size_t channels, const BatchNormOptions& options);
  BatchNorm(std::size_t dimensions, const LayerConfig& config);

  /// The config of a layer of the given type.
  LayerConfig config_of(const char* type) const;

 private:
  void make_tensors();
  friend class FusedConv2d;
  friend class FusedDense;
  void check_tensors() const;
  void begin(const Shape& input, Mode mode, BatchNormPass& pass);
  void prepare(std::size_t channel, BatchNormPass& pass);
  void prepare_evaluation(const Shape& input, BatchNormPass& pass) const;
  void prepare_backward(std::size_t channel, BatchNormPass& pass) const;
  void target_gradients(BatchNormPass& pass);
  void backward_columns(const Tensor& x, const Tensor& dy, Tensor* dx, bool sums, std::size_t first, std::size_t last,
                        BatchNormPass& pass) const;
  double weight(std::size_t channel) const;
  double bias(std::size_t channel) const;

  std::size_t dimensions_, channels_;
  BatchNormOptions options_;
  Parameter weight_, bias_;
  FixedTensor running_mean_, running_var_, num_batches_tracked_;  // (C), (C), a scalar
};

/// x: (N, C) or (N, C, L).
class MINNOW_API BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(std::size_t channels, const BatchNormOptions& options = {}) : BatchNorm(1, channels, options) {}
  explicit BatchNorm1d(const LayerConfig& config) : BatchNorm(1, config) {}

  std::optional<LayerConfig> config() const override { return layer_config(*this, config_of("BatchNorm1d")); }
};

/// x: (N, C, H, W).
class MINNOW_API BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(std::size_t channels, const BatchNormOptions& options = {}) : BatchNorm(2, channels, options) {}
  explicit BatchNorm2d(const LayerConfig& config) : BatchNorm(2, config) {}

  std::optional<LayerConfig> config() const override { return layer_config(*this, config_of("BatchNorm2d")); }
};

}  // namespace minnow::inline MINNOW_PRECISION
