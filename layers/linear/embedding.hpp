#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct EmbeddingOptions {
  std::optional<std::size_t> padding_idx = {};  // a row that is initialised with 0 and never trained
};

/// A table of trained vectors, one per id: y[n, ...] = weight[x[n, ...]]. The elements of x are ids: integers in
/// [0, num_embeddings). x: (N, ...), weight: (num_embeddings, dim), y: (N, ..., dim). An id has no gradient: dx is 0.
class MINNOW_API Embedding : public Layer {
 public:
  explicit Embedding(const LayerConfig& config);
  /// Draws the elements of the weight from `rng`: normal with mean 0 and standard deviation 1, as in PyTorch. Throws
  /// ValueError if a size is 0, if padding_idx is not an id, or if an id is not exact as a Real (2^24 in float).
  Embedding(std::size_t num_embeddings, std::size_t dim, Rng& rng, const EmbeddingOptions& options = {});

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  /// Throws ValueError, and writes nothing, if an element of x is not an id.
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  using Layer::state;
  std::vector<NamedTensor> state() override { return {{"weight", weight_}}; }

 private:
  void make_weight(std::optional<std::size_t> padding_idx);
  void check(const Tensor& x) const;

  // The first member: an assignment of a layer with another shape throws before it changes other members.
  Parameter weight_;
  std::size_t count_, dim_;
  std::size_t padding_;  // count_ if there is no padding_idx
};

}  // namespace minnow::inline MINNOW_PRECISION
