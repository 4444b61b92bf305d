// check_gradients passes every loss of the library, and fails for losses with deliberate faults.

#include <minnow/minnow.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Returns probabilities away from 0 and 1; if `rows`, distributions over the classes of (N, C).
Tensor inner_probabilities(const Shape& shape, std::uint64_t seed, bool rows) {
  Tensor p = random(shape, seed);
  for (Real& value : p.storage()) value = static_cast<Real>(0.5 + 0.3 * std::tanh(static_cast<double>(value)));
  return rows ? softmax(p) : p;
}

Tensor class_labels(const Shape& shape, std::size_t classes) {
  Tensor t = zeros(shape);
  for (std::size_t i = 0; i < t.size(); ++i) t.data()[i] = static_cast<Real>((i * 7 + 2) % classes);
  return t;
}

template <class L>
void expect_pass(L loss, const Tensor& prediction, const Tensor& target) {
  const GradientReport report = check_gradients(loss, prediction, target);
  EXPECT_TRUE(report) << report.failure;
  if (std::is_same_v<Real, double>) {
    EXPECT_LE(report.worst_error, 1e-7) << loss.name();
  }
}

TEST(CheckLossGradients, PassesClassificationLosses) {
  const Tensor weight{0.5, 2, 1, 0.25};
  for (const Shape& shape : {Shape{6, 4}, Shape{1, 4}, Shape{3, 4, 2}, Shape{2, 4, 2, 3}}) {
    const Tensor x = random(shape, 1);
    Shape indices{shape[0]};
    for (std::size_t axis = 2; axis < shape.size(); ++axis) indices.push_back(shape[axis]);
    const Tensor t = class_labels(indices, 4);
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::batch_mean}) {
      expect_pass(CrossEntropyLoss({.reduction = reduction}), x, t);
      expect_pass(CrossEntropyLoss({.weight = weight, .ignore_index = 0, .reduction = reduction}), x, t);
      expect_pass(CrossEntropyLoss({.weight = weight, .label_smoothing = 0.1, .reduction = reduction}), x, t);
      expect_pass(NLLLoss({.weight = weight, .reduction = reduction}), x, t);
      expect_pass(FocalLoss({.weight = weight, .reduction = reduction}), x, t);
    }
  }
  const Tensor x = random({6, 4}, 2), t = class_labels({6}, 4);
  expect_pass(CrossEntropyLoss({.weight = weight, .label_smoothing = 0.2}), x, inner_probabilities({6, 4}, 3, true));
  expect_pass(KLDivLoss({.reduction = Reduction::batch_mean}), x, inner_probabilities({6, 4}, 3, true));
  expect_pass(KLDivLoss({.log_target = true}), x, log_softmax(random({6, 4}, 4)));
  expect_pass(MultiMarginLoss({.weight = weight}), x, t);
  expect_pass(MultiMarginLoss({.p = 2, .margin = 0.5}), x, t);
}

TEST(CheckLossGradients, PassesElementwiseLosses) {
  const Tensor weight{0.5, 2, 1};
  for (const Shape& shape : {Shape{5, 3}, Shape{1, 3}, Shape{4, 2, 3}}) {
    const Tensor x = random(shape, 1), t = random(shape, 2);
    const Tensor p = inner_probabilities(shape, 3, false), q = inner_probabilities(shape, 4, false);
    expect_pass(MSELoss(), x, t);
    expect_pass(L1Loss({.reduction = Reduction::sum}), x, t);
    expect_pass(HuberLoss({.delta = 0.7}), x, t);
    expect_pass(SmoothL1Loss({.beta = 0.7}), x, t);
    expect_pass(BCELoss({.weight = weight}), p, q);
    expect_pass(BCEWithLogitsLoss({.weight = weight, .pos_weight = Tensor{3, 1, 0.5}}), x, q);
    expect_pass(SigmoidFocalLoss({.gamma = 1.5}), x, q);
  }
  expect_pass(BCEWithLogitsLoss(), random({5, 1}, 1), Tensor{0, 1, 1, 0, 1});
  expect_pass(CosineEmbeddingLoss({.margin = -0.9}), random({5, 2, 3}, 1), Tensor{1, -1, 1, -1, 1});
}

enum class Fault {
  none,
  wrong_sign,
  unscaled,
  ignores_weights_in_loss,
  ignores_weights_in_gradient,
  depends_on_past,
  changes_input
};

/// (x - t)^2 with one fault.
class PlainSquare : public Loss {
 public:
  explicit PlainSquare(Fault fault) : fault_(fault) {}
  std::string name() const override { return "PlainSquare"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override {
    const std::size_t size = in.prediction.size() / in.samples();
    if (fault_ == Fault::depends_on_past) largest_ = std::max(largest_, in.samples());
    for (std::size_t i = 0; i < in.samples(); ++i) {
      const double weight = in.sample_weight(i);
      out.per_sample[i] = 0;
      for (std::size_t k = i * size; k < (i + 1) * size; ++k) {
        const double e = static_cast<double>(in.prediction.data()[k]) - static_cast<double>(in.target.data()[k]);
        out.per_sample[i] += (fault_ == Fault::ignores_weights_in_loss ? 1 : weight) * e * e;
        double slope = 2 * e * (fault_ == Fault::ignores_weights_in_gradient ? 1 : weight);
        if (fault_ == Fault::wrong_sign) slope = -slope;
        if (fault_ == Fault::depends_on_past && largest_ != in.samples()) slope *= 1.5;
        out.gradient.data()[k] = static_cast<Real>(slope * (fault_ == Fault::unscaled ? 1 : out.scale));
      }
    }
    if (fault_ == Fault::changes_input) const_cast<Tensor&>(in.target).data()[0] += 1;
  }

 private:
  Fault fault_;
  std::size_t largest_ = 0;
};

TEST(CheckLossGradients, FailsForFaultyLosses) {
  const auto failure = [](Fault fault) {
    PlainSquare loss(fault);
    return check_gradients(loss, random({4, 3}, 1), random({4, 3}, 2)).failure;
  };
  EXPECT_EQ(failure(Fault::none), "");
  EXPECT_NE(failure(Fault::wrong_sign).find("PlainSquare at prediction (4, 3): dprediction["), std::string::npos);
  EXPECT_NE(failure(Fault::unscaled).find("backward gives"), std::string::npos);
  EXPECT_NE(failure(Fault::ignores_weights_in_loss).find("Multiply the loss by in.sample_weight(i)"),
            std::string::npos);
  EXPECT_NE(failure(Fault::ignores_weights_in_gradient).find("with sample weights, "), std::string::npos);
  EXPECT_NE(failure(Fault::depends_on_past), "");
  EXPECT_NE(failure(Fault::changes_input).find("forward changed its inputs"), std::string::npos);
}

TEST(CheckLossGradients, ThrowsForAnEmptyBatch) {
  MSELoss loss;
  EXPECT_EQ(
      message<ShapeError>([&] {
        check_gradients(loss, zeros({0, 2}), zeros({0, 2}));
      }),
      "check_gradients: expected a prediction (N, ...) with N >= 1 and a target (N, ...), got (0, 2) and (0, 2).");
}

}  // namespace
}  // namespace minnow
