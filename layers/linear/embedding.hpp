#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct EmbeddingOptions {
  std::optional<std::size_t> padding_idx = {};  // a row that starts as 0 and is never trained
};

/// A learnt vector for each of some ids: y[n, ...] = weight[x[n, ...]]. x holds whole numbers in [0, num_embeddings).
/// x: (N, ...), weight: (num_embeddings, dim), y: (N, ..., dim). An id has no gradient: dx is 0.
class MINNOW_API Embedding : public Layer {
 public:
  /// Draws the rows from `rng`, normal with deviation 1 as in PyTorch. Throws ValueError when a size is 0, the
  /// padding's index is none, or there are more ids than Real counts to (2^24 in float).
  Embedding(std::size_t num_embeddings, std::size_t dim, Rng& rng, const EmbeddingOptions& options = {});
  explicit Embedding(const LayerConfig& config);

  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  /// Throws ValueError for an x that is no id, and then writes nothing.
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }
  std::vector<NamedTensor> state() override { return {{"weight", weight_}}; }

 private:
  void make_weight(std::optional<std::size_t> padding_idx);
  void check(const Tensor& x) const;

  // First, so that assigning a layer with other shapes throws before anything has changed.
  Parameter weight_;
  std::size_t count_, dim_;
  std::size_t padding_;  // count_ for none
};

}  // namespace minnow::inline MINNOW_PRECISION
