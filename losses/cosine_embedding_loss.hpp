#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct CosineEmbeddingOptions {
  double margin = 0;  // in [-1, 1]: how like each other two different vectors may be for free
  Reduction reduction = Reduction::mean;
};

/// Pulls alike vectors together and unlike ones apart, by the cosine of the angle between them, as
/// torch.nn.CosineEmbeddingLoss: with c = a . b / (|a| |b|),
///   loss = 1 - c for a target of 1, max(0, c - margin) for -1,
///   dc/da = (b / |b| - c a / |a|) / |a|, and likewise for b.
///   prediction: (N, 2, D), the two vectors of each sample; target: (N) of 1 and -1.
/// 1e-12 is added to each squared length, as in PyTorch, so that a vector of zeros has a cosine of 0.
class MINNOW_API CosineEmbeddingLoss : public Loss {
 public:
  /// Throws ValueError for a margin outside [-1, 1].
  explicit CosineEmbeddingLoss(const CosineEmbeddingOptions& options = {});

  std::string name() const override { return "CosineEmbeddingLoss"; }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  double margin_;
};

}  // namespace minnow::inline MINNOW_PRECISION
