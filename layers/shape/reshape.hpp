#pragma once

#include <minnow/core/layer.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Changes the shape of each sample; the elements and their order stay: Reshape({3, -1}) maps (N, 6, 2) to (N, 3, 4).
/// One extent may be -1: it is computed from the number of elements.
class MINNOW_API Reshape : public Layer {
 public:
  /// Throws ValueError if an extent is below 1, except for one extent of -1.
  explicit Reshape(std::vector<std::ptrdiff_t> shape);
  explicit Reshape(const LayerConfig& config);

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false}; }

 private:
  std::vector<std::ptrdiff_t> shape_;  // of a sample
  std::size_t known_ = 1;              // the product of the extents that are not -1
  bool open_ = false;                  // true if one extent is -1
};

}  // namespace minnow::inline MINNOW_PRECISION
