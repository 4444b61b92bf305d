#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/cosine_embedding_loss.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

CosineEmbeddingLoss::CosineEmbeddingLoss(const CosineEmbeddingOptions& options)
    : Loss(options.reduction), margin_(options.margin) {
  if (!(margin_ >= -1 && margin_ <= 1))
    throw ValueError(format_text("CosineEmbeddingLoss: expected a margin in [-1, 1], got {}.", margin_));
}

double CosineEmbeddingLoss::count(const LossInputs& in) {
  const Shape& shape = in.prediction.shape();
  if (shape.size() != 3 || shape[1] != 2 || in.target.shape() != Shape{shape[0]})
    throw ShapeError(
        format_text("CosineEmbeddingLoss: expected a prediction (N, 2, D) and a target (N), got {} and {}.",
                    to_string(shape), to_string(in.target.shape())));
  for (std::size_t i = 0; i < in.samples(); ++i)
    if (const Real t = in.target.data()[i]; t != 1 && t != -1 && in.sample_weight(i) != 0)
      throw ValueError(format_text("CosineEmbeddingLoss: expected targets of 1 or -1, got {} in row {}.", t, i));
  return in.total_sample_weight();
}

void CosineEmbeddingLoss::compute(const LossInputs& in, const LossOutputs& out) {
  constexpr double epsilon = 1e-12;
  const std::size_t size = in.prediction.shape()[2];
  for (std::size_t i = 0; i < in.samples(); ++i) {
    const Real *a = in.prediction.data() + 2 * i * size, *b = a + size;
    Real *da = out.gradient.data() + 2 * i * size, *db = da + size;
    double dot = 0, aa = epsilon, bb = epsilon;
    for (std::size_t k = 0; k < size; ++k) {
      const auto x = static_cast<double>(a[k]), y = static_cast<double>(b[k]);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    const double lengths = std::sqrt(aa) * std::sqrt(bb), cosine = dot / lengths;
    const bool similar = in.target.data()[i] == 1,
               no_loss = !similar && cosine < margin_;  // PyTorch's choice at the kink
    const double weight = in.sample_weight(i);
    out.per_sample[i] = weight == 0 || no_loss ? 0 : weight * (similar ? 1 - cosine : cosine - margin_);
    if (weight == 0 || no_loss) {
      std::fill_n(da, 2 * size, Real{0});
      continue;
    }
    const double slope = (similar ? -weight : weight) * out.scale;
    for (std::size_t k = 0; k < size; ++k) {
      const auto x = static_cast<double>(a[k]), y = static_cast<double>(b[k]);
      da[k] = static_cast<Real>(slope * (y / lengths - cosine * x / aa));
      db[k] = static_cast<Real>(slope * (x / lengths - cosine * y / bb));
    }
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
