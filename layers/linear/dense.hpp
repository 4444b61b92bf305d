#pragma once

#include <minnow/core/init.hpp>
#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>

namespace minnow::inline MINNOW_PRECISION {

namespace detail {
struct LayerAccess;
}
struct DenseParts;

struct DenseOptions {
  bool bias = true;
  Init init = Init::he;  // Init::xavier if tanh, sigmoid or no activation follows
};

/// A fully connected layer along the last axis: y = x weight^T + bias.
/// x: (N, ..., in), weight: (out, in), bias: (out), y: (N, ..., out).
class MINNOW_API Dense : public Layer {
 public:
  explicit Dense(const LayerConfig& config);
  /// Draws the weights from `rng`. Throws ValueError if a size is 0 or exceeds 2^31 - 1, ShapeError if the weights do
  /// not fit in memory.
  Dense(std::size_t in, std::size_t out, Rng& rng, const DenseOptions& options = {});

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  using Layer::state;
  std::vector<NamedTensor> state() override;

 private:
  friend struct detail::LayerAccess;
  DenseParts parts();
  void make_parameters();

  // The first members: an assignment of a layer with other shapes throws before it changes other members.
  Parameter weight_, bias_;
  std::size_t in_, out_;
  bool has_bias_;
};

}  // namespace minnow::inline MINNOW_PRECISION
