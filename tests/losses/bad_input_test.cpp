// Invalid options, labels, probabilities and shapes throw an error of one line: who, expected, got.

#include <minnow/core/detail/format.hpp>
#include <minnow/minnow.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real inf = std::numeric_limits<Real>::infinity();

TEST(BadInput, OptionsOutOfRange) {
  const auto error_of = [](const std::function<void()>& make) { return message<ValueError>(make); };
  EXPECT_EQ(error_of([] { CrossEntropyLoss({.label_smoothing = 1.5}); }),
            "CrossEntropyLoss: expected label_smoothing in [0, 1], got 1.5.");
  EXPECT_EQ(error_of([] { CrossEntropyLoss({.label_smoothing = -0.5}); }),
            "CrossEntropyLoss: expected label_smoothing in [0, 1], got -0.5.");
  EXPECT_NE(error_of([] { CrossEntropyLoss({.label_smoothing = nan}); }), "no error");
  EXPECT_EQ(error_of([] {
              CrossEntropyLoss({.weight = Tensor{1, -2, 1}});
            }),
            "CrossEntropyLoss: expected options.weight finite and not negative, got -2 at index 1.");
  EXPECT_EQ(error_of([] {
              NLLLoss({.weight = Tensor{1, nan}});
            }),
            "NLLLoss: expected options.weight finite and not negative, got nan at index 1.");
  EXPECT_EQ(error_of([] {
              BCEWithLogitsLoss({.pos_weight = Tensor{inf, 1}});
            }),
            "BCEWithLogitsLoss: expected options.pos_weight finite and not negative, got inf at index 0.");
  EXPECT_EQ(error_of([] { FocalLoss({.gamma = -1}); }), "FocalLoss: expected gamma of at least 0 and finite, got -1.");
  EXPECT_EQ(error_of([] { SigmoidFocalLoss({.alpha = 2}); }), "SigmoidFocalLoss: expected alpha of at most 1, got 2.");
  EXPECT_EQ(error_of([] { SigmoidFocalLoss({.gamma = -1}); }),
            "SigmoidFocalLoss: expected gamma of at least 0 and finite, got -1.");
  EXPECT_EQ(error_of([] { MultiMarginLoss({.margin = inf}); }), "MultiMarginLoss: expected a finite margin, got inf.");
  EXPECT_EQ(error_of([] { HuberLoss({.delta = 0}); }), "HuberLoss: expected delta greater than 0 and finite, got 0.");
  EXPECT_EQ(error_of([] { SmoothL1Loss({.beta = -1}); }),
            "SmoothL1Loss: expected beta of at least 0 and finite, got -1.");
  EXPECT_EQ(error_of([] { MultiMarginLoss({.p = 3}); }), "MultiMarginLoss: expected p to be 1 or 2, got 3.");
  EXPECT_EQ(error_of([] { CosineEmbeddingLoss({.margin = 2}); }),
            "CosineEmbeddingLoss: expected a margin in [-1, 1], got 2.");
}

template <class L>
std::string forward_error(L loss, const Tensor& prediction, const Tensor& target) {
  return message<Error>([&] { loss.forward(prediction, target); });
}

TEST(BadInput, InvalidLabels) {
  const Tensor x = zeros({3, 4});
  EXPECT_EQ(forward_error(NLLLoss(), x, Tensor{0, 4, 0}),
            "NLLLoss: expected class indices, whole numbers from 0 to 3, or ignore_index -100, got 4 in row 1.");
  EXPECT_EQ(forward_error(FocalLoss({.ignore_index = 9}), x, Tensor{9, 0, 0.5}),
            "FocalLoss: expected class indices, whole numbers from 0 to 3, or ignore_index 9, got 0.5 in row 2.");
  EXPECT_EQ(forward_error(MultiMarginLoss(), x, Tensor{0, -1, 0}),
            "MultiMarginLoss: expected class indices, whole numbers from 0 to 3, got -1 in row 1.");
  constexpr std::int64_t not_a_real = (std::int64_t{1} << 53) + 1;
  EXPECT_EQ(forward_error(NLLLoss({.ignore_index = not_a_real}), x, Tensor{0, 0, 0}),
            "NLLLoss: expected an ignore_index that a label can represent, got 9007199254740993.");
  EXPECT_EQ(
      forward_error(CrossEntropyLoss(), zeros({2, 4, 3}), Tensor{{0, 0, 0}, {0, 0, nan}}),
      "CrossEntropyLoss: expected class indices, whole numbers from 0 to 3, or ignore_index -100, got nan in row 1.");
  EXPECT_EQ(forward_error(CosineEmbeddingLoss(), zeros({2, 2, 3}), Tensor{1, 0}),
            "CosineEmbeddingLoss: expected targets of 1 or -1, got 0 in row 1.");
}

TEST(BadInput, InvalidProbabilities) {
  const Tensor half{{0.5, 0.5}, {0.5, 0.5}};
  EXPECT_EQ(forward_error(BCELoss(), Tensor{{0.5, 0.5}, {0.5, 1.5}}, half),
            "BCELoss: expected probabilities in [0, 1], got 1.5 in row 1.");
  EXPECT_EQ(forward_error(BCELoss(), half, Tensor{{0.5, 0.5}, {-0.5, 0.5}}),
            "BCELoss: expected targets in [0, 1], got -0.5 in row 1.");
  EXPECT_EQ(forward_error(BCEWithLogitsLoss(), half, Tensor{{2, 0}, {0, 0}}),
            "BCEWithLogitsLoss: expected targets in [0, 1], got 2 in row 0.");
  EXPECT_EQ(forward_error(SigmoidFocalLoss(), half, Tensor{{0, 0}, {nan, 0}}),
            "SigmoidFocalLoss: expected targets in [0, 1], got nan in row 1.");
  EXPECT_EQ(forward_error(KLDivLoss(), half, Tensor{{0.5, 0.5}, {1.5, -0.5}}),
            "KLDivLoss: expected target probabilities in [0, 1], got 1.5 in row 1.");
  EXPECT_EQ(forward_error(KLDivLoss(), half, Tensor{{0.5, 0.5}, {0.5, 0.25}}),
            "KLDivLoss: expected target probabilities that sum to 1, got 0.75 in row 1.");
  EXPECT_NE(forward_error(KLDivLoss({.log_target = true}), half, half).find("that sum to 1, got 3.297"),
            std::string::npos);
}

/// Expects an error that names row `row` for each row of `bad`, which replaces that row of `good`.
template <class L>
void expect_each_row_checked(const L& loss, const Tensor& prediction, const Tensor& good, Real bad) {
  const std::size_t rows = good.shape()[0], size = good.size() / rows;
  EXPECT_EQ(forward_error(loss, prediction, good), "no error");
  for (std::size_t row = 0; row < rows; ++row) {
    Tensor target = good;
    target.data()[row * size + size - 1] = bad;
    const std::string text = forward_error(loss, prediction, target);
    EXPECT_NE(text.find(format_text("in row {}.", row)), std::string::npos) << text << ", row " << row;
  }
}

// 37 rows: two vectors of 16 elements, one of four and one of one.
TEST(BadInput, EveryRowIsChecked) {
  const Tensor half = from(std::vector<Real>(37 * 2, Real(0.5)), {37, 2});
  expect_each_row_checked(CrossEntropyLoss(), zeros({37, 4}), zeros({37}), 4);
  expect_each_row_checked(CrossEntropyLoss(), zeros({37, 4, 3}), zeros({37, 3}), -1);
  expect_each_row_checked(CrossEntropyLoss(), zeros({37, 2}), half, 0.75);
  expect_each_row_checked(NLLLoss(), zeros({37, 4}), zeros({37}), 0.5);
  expect_each_row_checked(FocalLoss(), zeros({37, 4}), zeros({37}), 4);
  expect_each_row_checked(MultiMarginLoss(), zeros({37, 4}), zeros({37}), 4);
  expect_each_row_checked(BCELoss(), half, half, 1.5);
  expect_each_row_checked(BCEWithLogitsLoss(), half, half, -0.5);
  expect_each_row_checked(SigmoidFocalLoss(), half, half, 1.5);
  expect_each_row_checked(KLDivLoss(), half, half, 0.75);
  expect_each_row_checked(CosineEmbeddingLoss(), zeros({37, 2, 3}), from(std::vector<Real>(37, Real(1)), {37}), 0);
}

// A weight of 0 is for padding, which may contain anything.
TEST(BadInput, SamplesOfWeightZeroAreNotChecked) {
  const Tensor none{1, 0}, scores{{1, 2}, {nan, inf}}, garbage{{0, 1}, {7, nan}};
  BCEWithLogitsLoss with_logits;
  SigmoidFocalLoss sigmoid_focal;
  CrossEntropyLoss soft, smooth({.label_smoothing = 0.1});
  MSELoss mse;
  KLDivLoss kl;
  const auto expect_clean = [&](Loss& loss, const Tensor& prediction, const Tensor& target) {
    EXPECT_TRUE(std::isfinite(loss.forward(prediction, target, none))) << loss.name();
    const std::size_t half = prediction.size() / 2;
    for (std::size_t i = half; i < prediction.size(); ++i) EXPECT_EQ(loss.backward().data()[i], 0) << loss.name();
  };
  for (Loss* loss : std::initializer_list<Loss*>{&with_logits, &sigmoid_focal, &soft, &smooth, &mse, &kl})
    expect_clean(*loss, scores, garbage);
  BCELoss bce;
  expect_clean(bce, Tensor{{0.5, 0.5}, {nan, 9}}, garbage);
  CrossEntropyLoss hard({.weight = Tensor{1, 2}});
  NLLLoss nll;
  FocalLoss focal;
  MultiMarginLoss margin;
  for (Loss* loss : std::initializer_list<Loss*>{&hard, &smooth, &nll, &focal, &margin})
    expect_clean(*loss, scores, Tensor{1, 9});
  CosineEmbeddingLoss cosine;
  expect_clean(cosine, from(std::vector<Real>{1, 0, 0, 1, nan, nan, inf, 0}, {2, 2, 2}), Tensor{1, 0});
}

// A divisor of 0 must not make the gradient infinite if the losses are not 0.
TEST(BadInput, ADivisorOfZeroGivesAZeroGradient) {
  CrossEntropyLoss loss({.weight = Tensor{0, 1, 1}, .label_smoothing = 0.1});
  EXPECT_EQ(loss.forward(Tensor{{1, 2, 3}, {0, 1, 0}}, Tensor{0, 0}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(loss.backward(), zeros({2, 3}));
  EXPECT_FALSE(loss.counted_nothing());
}

TEST(BadInput, InfiniteLogitsGiveInfiniteLossesAndFiniteGradients) {
  SigmoidFocalLoss sigmoid_focal({.alpha = -1, .reduction = Reduction::sum});
  EXPECT_EQ(sigmoid_focal.forward(Tensor{{inf, -inf}}, Tensor{{1, 0}}), 0);
  EXPECT_EQ(sigmoid_focal.backward(), (Tensor{{0, 0}}));
  EXPECT_EQ(sigmoid_focal.forward(Tensor{{-inf, inf}}, Tensor{{1, 0}}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(sigmoid_focal.backward(), (Tensor{{-1, 1}}));
  FocalLoss focal;
  EXPECT_EQ(focal.forward(Tensor{{-inf, 0, 0}}, Tensor{0}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(focal.backward(), (Tensor{{-1, 0.5, 0.5}}));
  MSELoss mse({.reduction = Reduction::sum});
  mse.forward(Tensor{inf, 1}, Tensor{0, 0});
  EXPECT_EQ(mse.backward()(0), inf);
}

TEST(BadInput, ScalarWeights) {
  BCEWithLogitsLoss loss({.pos_weight = 3});  // a scalar applies to all elements, as in PyTorch
  EXPECT_NEAR(loss.forward(Tensor{1}, Tensor{1}), 3 * std::log1p(std::exp(-1.)), 1e-6);
  EXPECT_EQ(forward_error(CrossEntropyLoss({.weight = 2.5}), zeros({1, 3}), zeros({1})),
            "CrossEntropyLoss: expected options.weight (3), one for each class, got ().");
}

TEST(BadInput, AFailedForwardClearsPerSample) {
  BCELoss loss;
  loss.forward(Tensor{0.5, 0.5}, Tensor{0, 1});
  EXPECT_THROW(loss.forward(Tensor{0.5, 0.5, 2}, Tensor{0, 1, 0}), ValueError);
  EXPECT_TRUE(loss.per_sample().empty());
  EXPECT_EQ(loss.weight(), 0);
}

// A diverged model is reported by the training loop; the losses must not report invalid data.
TEST(BadInput, ANaNPredictionGivesANaNLoss) {
  const Tensor x{{nan, 0.5}}, t{{1, 0}};
  BCELoss bce;
  BCEWithLogitsLoss with_logits;
  SigmoidFocalLoss focal;
  KLDivLoss kl;
  MSELoss mse;
  L1Loss l1;
  HuberLoss huber;
  for (Loss* loss : std::initializer_list<Loss*>{&bce, &with_logits, &focal, &kl, &mse, &l1, &huber})
    EXPECT_TRUE(std::isnan(loss->forward(x, t))) << loss->name();
  MultiMarginLoss margin;
  EXPECT_TRUE(std::isnan(margin.forward(x, Tensor{1})));
  CosineEmbeddingLoss cosine;
  EXPECT_TRUE(std::isnan(cosine.forward(from(std::vector<Real>{nan, 1, 1, 1}, {1, 2, 2}), Tensor{1})));
}

TEST(BadInput, EachLossNamesItself) {
  const Tensor x = zeros({2, 3}), t = zeros({4, 5, 6});
  EXPECT_EQ(forward_error(L1Loss(), x, t).find("L1Loss: expected"), 0u);
  EXPECT_EQ(forward_error(HuberLoss(), x, t).find("HuberLoss: expected"), 0u);
  EXPECT_EQ(forward_error(SmoothL1Loss(), x, t).find("SmoothL1Loss: expected"), 0u);
  EXPECT_EQ(forward_error(MultiMarginLoss(), x, t).find("MultiMarginLoss: expected"), 0u);
  EXPECT_EQ(CosineEmbeddingLoss().name(), "CosineEmbeddingLoss");
}

TEST(BadInput, MismatchedShapes) {
  EXPECT_EQ(forward_error(MSELoss(), zeros({2, 3}), zeros({2})),
            "MSELoss: expected a target of the prediction's shape, (2, 3), got (2).");
  EXPECT_EQ(forward_error(MSELoss(), zeros({}), zeros({})),
            "MSELoss: expected a prediction (N, ...) and a target (N, ...), got () and ().");
  EXPECT_EQ(forward_error(MSELoss(), zeros({2, 1}), zeros({2})), "no error");
  EXPECT_EQ(forward_error(NLLLoss(), zeros({2, 3}), zeros({2, 3})),
            "NLLLoss: expected class indices (2) for a prediction (2, 3), got (2, 3).");
  EXPECT_EQ(forward_error(CrossEntropyLoss({.weight = Tensor{1, 2}}), zeros({2, 3}), zeros({2})),
            "CrossEntropyLoss: expected options.weight (3), one for each class, got (2).");
  EXPECT_EQ(forward_error(BCELoss({.weight = Tensor{1, 2}}), zeros({2, 3}), zeros({2, 3})),
            "BCELoss: expected options.weight of the shape of the last axes of a sample of (2, 3), got (2).");
  EXPECT_EQ(forward_error(MultiMarginLoss(), zeros({2, 3, 4}), zeros({2, 4})),
            "MultiMarginLoss: expected a prediction (N, C), got (2, 3, 4).");
  EXPECT_EQ(forward_error(CosineEmbeddingLoss(), zeros({2, 3, 4}), zeros({2})),
            "CosineEmbeddingLoss: expected a prediction (N, 2, D) and a target (N), got (2, 3, 4) and (2).");
}

TEST(BadInput, InvalidSampleWeights) {
  MSELoss loss;
  const auto error_of = [&](const Tensor& weights) {
    return message<Error>([&] { loss.forward(zeros({2, 3}), zeros({2, 3}), weights); });
  };
  EXPECT_EQ(error_of(Tensor{1, 2, 3}), "MSELoss: expected sample weights (2), one for each sample, got (3).");
  EXPECT_EQ(error_of(Tensor{1, -1}),
            "MSELoss: expected sample weights that are finite and not negative, got -1 in row 1.");
  EXPECT_EQ(error_of(Tensor{nan, 1}),
            "MSELoss: expected sample weights that are finite and not negative, got nan in row 0.");
  EXPECT_EQ(error_of(2), "MSELoss: expected sample weights (2), one for each sample, got ().");
}

TEST(BadInput, BackwardThrowsAfterAFailedForward) {
  MSELoss loss;
  EXPECT_EQ(message<Error>([&] { loss.backward(); }),
            "MSELoss: expected forward(prediction, target) before backward().");
  loss.forward(zeros({2, 3}), zeros({2, 3}));
  EXPECT_THROW(loss.forward(zeros({2, 3}), zeros({2})), ShapeError);
  EXPECT_THROW(loss.backward(), Error);
}

}  // namespace
}  // namespace minnow
