#include <minnow/core/error.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/metrics.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(Predictions, OfAModelAreItsOutputsForAllBatches) {
  Tensor labels = zeros({23});
  for (std::size_t i = 0; i < labels.size(); ++i) labels(i) = static_cast<Real>(i % 3);
  const TensorDataset dataset(random({23, 6}, 5), labels, {"dog", "cat", "owl"});
  Sequential model = small_model();
  DataLoader loader{dataset, {.batch_size = 7}};
  const Predictions all = predict_all(model, loader);
  const Tensor reference = model.predict(dataset.inputs());
  ASSERT_EQ(all.scores().shape(), reference.shape());
  for (std::size_t i = 0; i < reference.size(); ++i) EXPECT_NEAR(all.scores().data()[i], reference.data()[i], 1e-6);
  EXPECT_EQ(all.targets(), labels);

  ConfusionMatrix matrix(dataset.class_names());
  matrix.add(all.scores(), all.targets());
  EXPECT_EQ(matrix.to_string(), confusion_matrix(model, loader, dataset.class_names()).to_string());
  const double t = fit_temperature(all.scores(), all.targets());
  EXPECT_TRUE(t >= min_temperature && t <= max_temperature);
  EXPECT_FALSE(std::isnan(roc_auc(probabilities(all.scores(), t), all.targets())));
}

TEST(Predictions, OfABinaryModelAreOneColumn) {
  Rng rng{1};
  Sequential model{Dense(6, 1, rng)};
  const TensorDataset dataset(random({5, 6}, 5), from(std::vector<Real>{0, 1, 0, 1, 1}, {5, 1}));
  DataLoader loader{dataset, {.batch_size = 2}};
  const Predictions all = predict_all(model, loader);
  EXPECT_EQ(all.scores().shape(), (Shape{5, 1}));
  EXPECT_EQ(all.targets().shape(), (Shape{5, 1}));
  ConfusionMatrix of_logits({"no", "yes"}, 0), of_probabilities({"no", "yes"}, 0.5);
  of_logits.add(all.scores(), all.targets());
  of_probabilities.add(probabilities(all.scores()), all.targets());
  EXPECT_EQ(of_logits.to_string(), of_probabilities.to_string());
  EXPECT_EQ(roc_auc(all.scores(), all.targets()), roc_auc(probabilities(all.scores()), all.targets()));
}

TEST(Predictions, RefuseRowsOfAnotherShapeAndAddNothing) {
  Predictions all;
  EXPECT_EQ(all.scores().shape(), Shape{0});
  EXPECT_EQ(message<ShapeError>([&] {
              all.add(zeros({2, 3}), zeros({3}));
            }),
            "Predictions: expected scores (N, ...) and targets (N, ...), got (2, 3) and (3).");
  all.add(zeros({0, 3}), zeros({0}));
  all.add(zeros({2, 3}), zeros({2}));
  EXPECT_EQ(message<ShapeError>([&] {
              all.add(zeros({2, 4}), zeros({2}));
            }),
            "Predictions: expected rows of the shapes of earlier batches, (2, 3) and (2), got (2, 4) and (2).");
  EXPECT_THROW(all.add(zeros({2}), zeros({2})), ShapeError);
  EXPECT_THROW(all.add(zeros({}), zeros({})), ShapeError);
  EXPECT_EQ(all.scores().shape(), (Shape{2, 3}));
  EXPECT_EQ(all.targets().shape(), (Shape{2}));
}

TEST(Probabilities, AreSoftmaxOrSigmoidOfTheScaledLogits) {
  const Tensor rows = probabilities(Tensor{{2, 0}, {-1e4, 1e4}, {0, 0}}, 2);
  EXPECT_NEAR(rows(0, 0), 1 / (1 + std::exp(-1.0)), 1e-7);
  EXPECT_NEAR(rows(0, 0) + rows(0, 1), 1, 1e-7);
  EXPECT_EQ(rows(1, 0), 0);
  EXPECT_EQ(rows(1, 1), 1);
  EXPECT_EQ(rows(2, 0), 0.5);
  const Tensor column = probabilities(Tensor{2, -1e4, 1e4, 0}, 2);
  EXPECT_EQ(column(0), rows(0, 0));
  EXPECT_EQ(column(1), 0);
  EXPECT_EQ(column(2), 1);
  EXPECT_EQ(column(3), 0.5);
  EXPECT_EQ(probabilities(zeros({0, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(message<ValueError>([] {
              probabilities(zeros({1, 2}), 0);
            }),
            "probabilities: expected a finite temperature above 0, got 0.");
  EXPECT_EQ(message<ShapeError>([] {
              probabilities(zeros({1, 2, 3}));
            }),
            "probabilities: expected logits (N, C) or (N), got (1, 2, 3).");
}

}  // namespace
}  // namespace minnow
