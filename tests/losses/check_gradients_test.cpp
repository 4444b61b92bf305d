// The checker of losses passes every loss of Minnow's, and catches the mistakes that writers of losses make.

#include <minnow/minnow.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Probabilities well inside of (0, 1), or over the classes of (N, C).
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
void expect_right(L loss, const Tensor& prediction, const Tensor& target) {
  const GradientReport report = check_gradients(loss, prediction, target);
  EXPECT_TRUE(report) << report.failure;
  if (std::is_same_v<Real, double>) {
    EXPECT_LE(report.worst_error, 1e-7) << loss.name();
  }
}

TEST(CheckLossGradients, PassesTheLossesOnClasses) {
  const Tensor weight{0.5, 2, 1, 0.25};
  for (const Shape& shape : {Shape{6, 4}, Shape{1, 4}, Shape{3, 4, 2}, Shape{2, 4, 2, 3}}) {
    const Tensor x = random(shape, 1);
    Shape indices{shape[0]};
    for (std::size_t axis = 2; axis < shape.size(); ++axis) indices.push_back(shape[axis]);
    const Tensor t = class_labels(indices, 4);
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::batch_mean}) {
      expect_right(CrossEntropyLoss({.reduction = reduction}), x, t);
      expect_right(CrossEntropyLoss({.weight = weight, .ignore_index = 0, .reduction = reduction}), x, t);
      expect_right(CrossEntropyLoss({.weight = weight, .label_smoothing = 0.1, .reduction = reduction}), x, t);
      expect_right(NLLLoss({.weight = weight, .reduction = reduction}), x, t);
      expect_right(FocalLoss({.weight = weight, .reduction = reduction}), x, t);
    }
  }
  const Tensor x = random({6, 4}, 2), t = class_labels({6}, 4);
  expect_right(CrossEntropyLoss({.weight = weight, .label_smoothing = 0.2}), x, inner_probabilities({6, 4}, 3, true));
  expect_right(KLDivLoss({.reduction = Reduction::batch_mean}), x, inner_probabilities({6, 4}, 3, true));
  expect_right(KLDivLoss({.log_target = true}), x, log_softmax(random({6, 4}, 4)));
  expect_right(MultiMarginLoss({.weight = weight}), x, t);
  expect_right(MultiMarginLoss({.p = 2, .margin = 0.5}), x, t);
}

TEST(CheckLossGradients, PassesTheLossesOnNumbers) {
  const Tensor weight{0.5, 2, 1};
  for (const Shape& shape : {Shape{5, 3}, Shape{1, 3}, Shape{4, 2, 3}}) {
    const Tensor x = random(shape, 1), t = random(shape, 2);
    const Tensor p = inner_probabilities(shape, 3, false), q = inner_probabilities(shape, 4, false);
    expect_right(MSELoss(), x, t);
    expect_right(L1Loss({.reduction = Reduction::sum}), x, t);
    expect_right(HuberLoss({.delta = 0.7}), x, t);
    expect_right(SmoothL1Loss({.beta = 0.7}), x, t);
    expect_right(BCELoss({.weight = weight}), p, q);
    expect_right(BCEWithLogitsLoss({.weight = weight, .pos_weight = Tensor{3, 1, 0.5}}), x, q);
    expect_right(SigmoidFocalLoss({.gamma = 1.5}), x, q);
  }
  expect_right(BCEWithLogitsLoss(), random({5, 1}, 1), Tensor{0, 1, 1, 0, 1});
  expect_right(CosineEmbeddingLoss({.margin = -0.9}), random({5, 2, 3}, 1), Tensor{1, -1, 1, -1, 1});
}

enum class Fault {
  none,
  flipped,
  unscaled,
  weights_forgotten_in_loss,
  weights_forgotten_in_gradient,
  remembers,
  writes
};

/// (x - t)^2 with one fault.
class PlainSquare : public Loss {
 public:
  explicit PlainSquare(Fault fault) : fault_(fault) {}
  std::string name() const override { return "PlainSquare"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override {
    const std::size_t size = in.prediction.size() / in.samples();
    if (fault_ == Fault::remembers) largest_ = std::max(largest_, in.samples());
    for (std::size_t i = 0; i < in.samples(); ++i) {
      const double weight = in.sample_weight(i);
      out.per_sample[i] = 0;
      for (std::size_t k = i * size; k < (i + 1) * size; ++k) {
        const double e = static_cast<double>(in.prediction.data()[k]) - static_cast<double>(in.target.data()[k]);
        out.per_sample[i] += (fault_ == Fault::weights_forgotten_in_loss ? 1 : weight) * e * e;
        double slope = 2 * e * (fault_ == Fault::weights_forgotten_in_gradient ? 1 : weight);
        if (fault_ == Fault::flipped) slope = -slope;
        if (fault_ == Fault::remembers && largest_ != in.samples()) slope *= 1.5;
        out.gradient.data()[k] = static_cast<Real>(slope * (fault_ == Fault::unscaled ? 1 : out.scale));
      }
    }
    if (fault_ == Fault::writes) const_cast<Tensor&>(in.target).data()[0] += 1;
  }

 private:
  Fault fault_;
  std::size_t largest_ = 0;
};

TEST(CheckLossGradients, CatchesMistakes) {
  const auto failure = [](Fault fault) {
    PlainSquare loss(fault);
    return check_gradients(loss, random({4, 3}, 1), random({4, 3}, 2)).failure;
  };
  EXPECT_EQ(failure(Fault::none), "");
  EXPECT_NE(failure(Fault::flipped).find("PlainSquare at prediction (4, 3): dprediction["), std::string::npos);
  EXPECT_NE(failure(Fault::unscaled).find("backward gives"), std::string::npos);
  EXPECT_NE(failure(Fault::weights_forgotten_in_loss).find("multiply it with in.sample_weight(i)"), std::string::npos);
  EXPECT_NE(failure(Fault::weights_forgotten_in_gradient).find("with sample weights, "), std::string::npos);
  EXPECT_NE(failure(Fault::remembers), "");
  EXPECT_NE(failure(Fault::writes).find("forward changed what it reads"), std::string::npos);
}

TEST(CheckLossGradients, SaysWhatItNeeds) {
  MSELoss loss;
  EXPECT_EQ(
      message<ShapeError>([&] {
        check_gradients(loss, zeros({0, 2}), zeros({0, 2}));
      }),
      "check_gradients: expected a prediction (N, ...) with N >= 1 and a target (N, ...), got (0, 2) and (0, 2).");
}

}  // namespace
}  // namespace minnow
