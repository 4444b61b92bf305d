// Compares the losses of class labels with their formulas in long double, for numbers of classes, positions and samples
// on both sides of each size at which the kernels change: 64 terms per partial sum, 64 positions per group, 128
// classes, 64 vectors.

#include <minnow/core/detail/format.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/losses/focal_loss.hpp>

#include <tests/support/compare.hpp>

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

struct Sizes {
  std::size_t samples, classes, positions;
};

std::vector<Sizes> all_sizes() {
  std::vector<Sizes> sizes;
  for (const std::size_t classes : {1u, 2u, 5u, 63u, 64u, 65u, 127u, 128u, 129u, 130u, 200u, 1100u})
    for (const std::size_t samples : {1u, 3u, 70u}) sizes.push_back({samples, classes, 1});
  for (const std::size_t classes : {1u, 3u, 65u, 130u})
    for (const std::size_t positions : {2u, 63u, 64u, 65u, 130u}) sizes.push_back({2, classes, positions});
  return sizes;
}

/// Random logits and labels. The label of every third position has by far the largest logit.
struct Batch {
  Sizes size;
  Tensor x, labels, sample_weights, class_weights;

  explicit Batch(const Sizes& s) : size(s) {
    const auto& [samples, classes, positions] = s;
    Rng rng{1000 * classes + 10 * positions + samples};
    x = positions == 1 ? zeros({samples, classes}) : zeros({samples, classes, positions});
    labels = positions == 1 ? zeros({samples}) : zeros({samples, positions});
    sample_weights = zeros({samples});
    class_weights = zeros({classes});
    for (Real& value : x.storage()) value = static_cast<Real>(2 * rng.normal());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto label = static_cast<std::size_t>(rng.below(classes));
      labels.data()[i] = static_cast<Real>(label);
      if (i % 3 == 2) x.data()[at(i, label)] += 15;
    }
    for (std::size_t n = 0; n < samples; ++n) sample_weights(n) = std::vector<Real>{2.5, 1, 0, 0.25}[n % 4];
    for (std::size_t c = 0; c < classes; ++c) class_weights(c) = std::vector<Real>{1.5, 0, 0.5, 3, 1}[c % 5];
  }

  /// Index of class c of position i in x.
  std::size_t at(std::size_t i, std::size_t c) const {
    return (i / size.positions * size.classes + c) * size.positions + i % size.positions;
  }
};

struct Options {
  std::string name;
  bool weights = false;         // class and sample weights
  std::int64_t ignored = -100;  // label
  double smoothing = 0;
  bool probabilities = false;        // targets as one-hot rows
  std::optional<double> gamma = {};  // of the focal loss
};

struct Expected {
  std::vector<double> per_sample, gradient;  // of the sum
  double divisor = 0;                        // of the mean
};

/// Adds the loss of position i: sum of -w_c q_c log p_c, or -w (1 - p)^gamma log p of the label.
void add_position(const Batch& batch, const Options& options, std::size_t i, Expected& expected) {
  using Wide = long double;
  const std::size_t classes = batch.size.classes, n = i / batch.size.positions;
  const auto label = static_cast<std::size_t>(batch.labels.data()[i]);
  const auto weight_of = [&](std::size_t c) { return options.weights ? Wide{batch.class_weights(c)} : 1; };
  const Wide sample = options.weights ? Wide{batch.sample_weights(n)} : 1;
  if (static_cast<std::int64_t>(label) == options.ignored) return;
  expected.divisor += static_cast<double>(options.probabilities ? sample : sample * weight_of(label));
  Wide max = batch.x.data()[batch.at(i, 0)], sum = 0;
  for (std::size_t c = 0; c < classes; ++c) max = std::max<Wide>(max, batch.x.data()[batch.at(i, c)]);
  for (std::size_t c = 0; c < classes; ++c) sum += std::exp(batch.x.data()[batch.at(i, c)] - max);
  const auto log_p = [&](std::size_t c) { return batch.x.data()[batch.at(i, c)] - max - std::log(sum); };
  const auto q = [&](std::size_t c) {
    return weight_of(c) * ((1 - Wide{options.smoothing}) * (c == label) + Wide{options.smoothing} / classes);
  };
  Wide loss = 0, mass = 0, slope = 1;
  for (std::size_t c = 0; c < classes; ++c) mass += q(c), loss -= q(c) * log_p(c);
  if (options.gamma) {
    const Wide p = std::exp(log_p(label)), gamma = *options.gamma, error = 1 - p;
    slope = error == 0 ? 0 : std::pow(error, gamma) - gamma * std::pow(error, gamma - 1) * p * log_p(label);
    loss *= std::pow(error, gamma);
  }
  expected.per_sample[n] += static_cast<double>(sample * loss);
  for (std::size_t c = 0; c < classes; ++c)
    expected.gradient[batch.at(i, c)] = static_cast<double>(sample * slope * (std::exp(log_p(c)) * mass - q(c)));
}

Tensor targets_of(const Batch& batch, const Options& options) {
  if (!options.probabilities) return batch.labels;
  Tensor rows = zeros(batch.x.shape());
  for (std::size_t i = 0; i < batch.labels.size(); ++i)
    rows.data()[batch.at(i, static_cast<std::size_t>(batch.labels.data()[i]))] = 1;
  return rows;
}

std::unique_ptr<Loss> loss_of(const Batch& batch, const Options& options, Reduction reduction) {
  const auto weight = options.weights ? std::optional(batch.class_weights) : std::nullopt;
  if (options.gamma)
    return std::make_unique<FocalLoss>(FocalOptions{
        .gamma = *options.gamma, .weight = weight, .ignore_index = options.ignored, .reduction = reduction});
  return std::make_unique<CrossEntropyLoss>(CrossEntropyOptions{
      .weight = weight, .ignore_index = options.ignored, .label_smoothing = options.smoothing, .reduction = reduction});
}

void check(const Sizes& sizes, const Options& options) {
  const Batch batch(sizes);
  Expected expected{std::vector<double>(sizes.samples), std::vector<double>(batch.x.size())};
  for (std::size_t i = 0; i < batch.labels.size(); ++i) add_position(batch, options, i, expected);
  double total = 0;
  for (const double loss : expected.per_sample) total += loss;
  for (const Reduction reduction : {Reduction::sum, Reduction::mean}) {
    const double divisor = reduction == Reduction::sum ? 1 : expected.divisor;
    if (divisor == 0) continue;
    const auto loss = loss_of(batch, options, reduction);
    const double value = loss->forward(batch.x, targets_of(batch, options),
                                       options.weights ? std::optional(batch.sample_weights) : std::nullopt);
    EXPECT_NEAR(value, total / divisor, tolerance * std::abs(total / divisor) + 1e-30);
    DoubleTensor per_sample = DoubleTensor::from_shape({sizes.samples});
    std::copy(loss->per_sample().begin(), loss->per_sample().end(), per_sample.data());
    EXPECT_LE(error(per_sample, {sizes.samples}, expected.per_sample), tolerance);
    std::vector<double> gradient = expected.gradient;
    for (double& g : gradient) g /= divisor;
    EXPECT_LE(error(loss->backward(), batch.x.shape(), gradient), tolerance);
  }
}

class ClassSizes : public ::testing::TestWithParam<Options> {};

TEST_P(ClassSizes, MatchTheFormula) {
  for (const Sizes& sizes : all_sizes()) {
    SCOPED_TRACE(format_text("({}, {}, {})", sizes.samples, sizes.classes, sizes.positions));
    check(sizes, GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Losses, ClassSizes,
                         ::testing::Values(Options{.name = "CrossEntropy"},
                                           Options{.name = "CrossEntropyWeighted", .weights = true, .ignored = 1},
                                           Options{.name = "Smooth", .weights = true, .smoothing = 0.125},
                                           Options{.name = "Probabilities", .weights = true, .probabilities = true},
                                           Options{.name = "Focal", .gamma = 2.},
                                           Options{
                                               .name = "FocalWeighted", .weights = true, .ignored = 0, .gamma = 1.5}),
                         [](const auto& options) { return options.param.name; });

}  // namespace
}  // namespace minnow
