#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/datasets/detail/batch_maker.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

Shape with_batch_axis(std::size_t n, const Shape& sample) {
  Shape shape(sample.size() + 1);
  shape[0] = n;
  std::copy(sample.begin(), sample.end(), shape.begin() + 1);
  return shape;
}

/// Row i of (N, ...).
std::span<Real> row_of(Tensor& tensor, std::size_t i) {
  const std::size_t size = tensor.size() / tensor.shape()[0];
  return {tensor.data() + i * size, size};
}

/// From Beta(alpha, alpha), by Jöhnk's method: of uniform u and v, u^(1/alpha) is a share of the sum of the two powers
/// whenever that sum is at most 1. That is seldom when alpha is large; when it is small, both may be too small for a
/// double, but not what one is of the other.
double draw_share(double alpha, Rng& rng) {
  for (;;) {
    const double u = rng.uniform(), v = rng.uniform();
    const double a = std::pow(u, 1 / alpha), b = std::pow(v, 1 / alpha);
    if (a + b > 0 && a + b <= 1) return a / (a + b);
    if (a + b == 0 && u != v) return 1 / (1 + std::pow(v / u, 1 / alpha));
  }
}

/// a becomes share a + (1 - share) b.
void mix_into(std::span<Real> a, const Real* b, double share) {
  const Real s = static_cast<Real>(share), rest = static_cast<Real>(1 - share);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = s * a[i] + rest * b[i];
}

void check(const Augmentation& augment) {
  for (const Transform& transform : augment.transforms)
    if (!transform) throw ValueError("DataLoader: expected transforms that can be called, got an empty function.");
  if (!augment.mixup) return;
  if (const double alpha = augment.mixup->alpha; !(alpha > 0 && alpha <= 4))
    throw ValueError(format_text("DataLoader: expected mixup.alpha above 0 and at most 4, got {}.", alpha));
  if (augment.mixup->classes == 0) throw ValueError("DataLoader: expected mixup.classes to be at least 1, got 0.");
}

}  // namespace

BatchMaker::BatchMaker(const Dataset& dataset, std::optional<Augmentation> augment,
                       std::optional<Normalization> normalize)
    : dataset_(dataset),
      input_shape_(dataset.input_shape()),
      target_shape_(dataset.target_shape()),
      augment_(std::move(augment)),
      normalize_(std::move(normalize)) {
  if (augment_) check(*augment_);
}

void BatchMaker::read(std::span<const std::size_t> indices, Batch& batch) const {
  resize(batch.inputs, with_batch_axis(indices.size(), input_shape_));
  resize(batch.targets, with_batch_axis(indices.size(), target_shape_));
  if (dataset_.has_weights()) resize(batch.weights ? *batch.weights : batch.weights.emplace(), {indices.size()});
  dataset_.read(indices, batch);
}

void BatchMaker::make(std::span<const std::size_t> indices, std::uint64_t epoch, Batch& batch) {
  read(indices, batch);
  if (mixes_labels()) soften_targets(batch);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::span<Real> sample = row_of(batch.inputs, i);
    if (augment_) {
      const Rng rest = transform(indices[i], epoch, sample);
      if (augment_->mixup) mix(indices[i], epoch, i, rest, batch);
    }
    if (normalize_) normalize_->apply(sample);
  }
}

/// Applies the transforms and returns the sample's stream as they leave it.
Rng BatchMaker::transform(std::size_t index, std::uint64_t epoch, std::span<Real> sample) {
  Rng rng = augment_->rng.stream(epoch, index);
  for (const Transform& change : augment_->transforms) change(sample, input_shape_, rng);
  return rng;
}

void BatchMaker::soften_targets(Batch& batch) {
  labels_.assign(batch.targets.data(), batch.targets.data() + batch.targets.size());
  const std::size_t classes = augment_->mixup->classes;
  resize(batch.targets, {labels_.size(), classes});
  batch.targets.fill(0);
  for (std::size_t i = 0; i < labels_.size(); ++i)
    row_of(batch.targets, i)[class_index(static_cast<double>(labels_[i]), classes, i, "mixup")] = 1;
}

void BatchMaker::mix(std::size_t index, std::uint64_t epoch, std::size_t row, Rng rng, Batch& batch) {
  const std::size_t others = dataset_.size() - 1;
  if (others == 0) return;
  const std::size_t drawn = rng.below(others), partner = drawn < index ? drawn : drawn + 1;
  const double share = draw_share(augment_->mixup->alpha, rng);
  read({&partner, 1}, partner_);
  transform(partner, epoch, row_of(partner_.inputs, 0));
  mix_into(row_of(batch.inputs, row), partner_.inputs.data(), share);
  if (batch.weights) mix_into(row_of(*batch.weights, row), partner_.weights->data(), share);
  const std::span<Real> target = row_of(batch.targets, row);
  if (!mixes_labels()) return mix_into(target, partner_.targets.data(), share);
  const auto label = static_cast<double>(partner_.targets.data()[0]);
  for (Real& probability : target) probability *= static_cast<Real>(share);
  target[class_index(label, target.size(), partner, "mixup")] += static_cast<Real>(1 - share);
}

}  // namespace minnow::inline MINNOW_PRECISION
