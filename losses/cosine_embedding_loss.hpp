#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct CosineEmbeddingOptions {
  double margin = 0;  // in [-1, 1]: cosine up to which dissimilar vectors have no loss
  Reduction reduction = Reduction::mean;
};

/// Increases the cosine of the angle between similar vectors and decreases it between dissimilar vectors, as
/// torch.nn.CosineEmbeddingLoss. With c = a . b / (|a| |b|),
///   loss = 1 - c for a target of 1, max(0, c - margin) for -1,
///   dc/da = (b / |b| - c a / |a|) / |a|, and likewise for b.
///   prediction: (N, 2, D), the two vectors of each sample; target: (N) of 1 and -1.
/// 1e-12 is added to each squared length, as in PyTorch, so that the cosine of a zero vector is 0.
class MINNOW_API CosineEmbeddingLoss : public Loss {
 public:
  /// Throws ValueError if the margin is outside [-1, 1].
  explicit CosineEmbeddingLoss(const CosineEmbeddingOptions& options = {});

  std::string name() const override { return "CosineEmbeddingLoss"; }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double margin_;
};

}  // namespace minnow::inline MINNOW_PRECISION
