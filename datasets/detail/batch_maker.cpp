#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/datasets/detail/batch_maker.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Draws lambda from Beta(alpha, alpha) by Jöhnk's method: a / (a + b) for a = u^(1/alpha) and b = v^(1/alpha), with
/// uniform u and v, drawn again until a + b <= 1. For large alpha most draws are rejected. For small alpha both a and b
/// may underflow to 0; lambda is then computed from b / a = (v / u)^(1/alpha).
double draw_lambda(double alpha, Rng& rng) {
  for (;;) {
    const double u = rng.uniform(), v = rng.uniform();
    const double a = std::pow(u, 1 / alpha), b = std::pow(v, 1 / alpha);
    if (a + b > 0 && a + b <= 1) return a / (a + b);
    if (a + b == 0 && u != v) return 1 / (1 + std::pow(v / u, 1 / alpha));
  }
}

/// Computes a = lambda a + (1 - lambda) b.
void mix_into(std::span<Real> a, const Real* b, double lambda) {
  const Real own = static_cast<Real>(lambda), rest = static_cast<Real>(1 - lambda);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = own * a[i] + rest * b[i];
}

void check(const Augmentation& augment) {
  for (const Transform& transform : augment.transforms)
    if (!transform) throw ValueError("DataLoader: expected transforms that are callable, got an empty function.");
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
  resize(batch, dataset_, indices.size());
  dataset_.read(indices, batch);
}

void BatchMaker::make(std::span<const std::size_t> indices, std::uint64_t epoch, std::optional<std::size_t> first_draw,
                      Batch& batch) {
  read(indices, batch);
  batch.indices.assign(indices.begin(), indices.end());
  if (augment_ && augment_->mixup) batch.partners = batch.indices;
  if (mixes_class_indices()) one_hot_targets(batch);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::span<Real> sample = batch.input(i);
    if (augment_) {
      Rng rest = transform(first_draw ? dataset_.size() + *first_draw + i : indices[i], epoch, sample);
      if (augment_->mixup) mix(indices[i], epoch, i, std::move(rest), batch);
    }
    if (normalize_) normalize_->apply(sample);
  }
}

/// Applies the transforms and returns the state of the sample's stream after them. `number`: the sample's index, or the
/// size of the dataset plus the number of the draw.
Rng BatchMaker::transform(std::uint64_t number, std::uint64_t epoch, std::span<Real> sample) {
  Rng rng = augment_->rng.stream(epoch, number);
  for (const Transform& transform : augment_->transforms) transform(sample, input_shape_, rng);
  return rng;
}

void BatchMaker::one_hot_targets(Batch& batch) {
  labels_.assign(batch.targets.data(), batch.targets.data() + batch.targets.size());
  const std::size_t classes = augment_->mixup->classes;
  resize(batch.targets, {labels_.size(), classes});
  batch.targets.fill(0);
  for (std::size_t i = 0; i < labels_.size(); ++i)
    batch.target(i)[class_index(static_cast<double>(labels_[i]), classes, i, "mixup")] = 1;
}

void BatchMaker::mix(std::size_t index, std::uint64_t epoch, std::size_t row, Rng rng, Batch& batch) {
  const std::size_t others = dataset_.size() - 1;
  if (others == 0) return;
  const std::size_t drawn = rng.below(others), partner = drawn < index ? drawn : drawn + 1;
  const double lambda = draw_lambda(augment_->mixup->alpha, rng);
  batch.partners[row] = partner;
  read({&partner, 1}, partner_);
  transform(partner, epoch, partner_.input(0));
  mix_into(batch.input(row), partner_.inputs.data(), lambda);
  if (batch.weights) mix_into({batch.weights->data() + row, 1}, partner_.weights->data(), lambda);
  const std::span<Real> target = batch.target(row);
  if (!mixes_class_indices()) return mix_into(target, partner_.targets.data(), lambda);
  const auto label = static_cast<double>(partner_.targets.data()[0]);
  for (Real& probability : target) probability *= static_cast<Real>(lambda);
  target[class_index(label, target.size(), partner, "mixup")] += static_cast<Real>(1 - lambda);
}

}  // namespace minnow::inline MINNOW_PRECISION
