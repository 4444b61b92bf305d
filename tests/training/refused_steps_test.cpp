// A step that fit refuses leaves the whole model as it was: parameters, buffers, averages, random streams. The error
// names the sample by its number in the dataset.

#include <minnow/minnow.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr std::size_t samples = 40, spoiled = 23;

/// Adds a number of its own to each element in training; the number is a counter. Its backward may write infinity.
class Counting : public ReLU {
 public:
  std::string name() const override { return "Counting"; }
  void forward(const Tensor& x, Tensor& y, Context& context) override {
    ReLU::forward(x, y, context);
    if (context.settings.mode == Mode::train) ++passes_;
    for (Real& value : y.storage()) value += static_cast<Real>(passes_) / 1000;
  }
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override {
    ReLU::backward(x, y, dy, dx, context);
    if (dx != nullptr && passes_ == overflows_at) dx->data()[0] = std::numeric_limits<Real>::infinity();
  }
  void visit_state(StateVisitor& visitor) override {
    ReLU::visit_state(visitor);
    visitor.visit("passes", passes_);
    visitor.visit("scale", scale_);
  }
  std::uint64_t overflows_at = 0;

 private:
  std::uint64_t passes_ = 0;
  double scale_ = 1;
};

Sequential make_model(std::uint64_t overflows_at = 0) {
  Rng rng{5};
  Counting counting;
  counting.overflows_at = overflows_at;
  return Sequential{Conv2d(2, 6, 3, rng, {.padding = 1}),
                    BatchNorm2d(6),
                    ReLU(),
                    MaxPool2d(2),
                    Dropout(0.2, rng),
                    Residual(Sequential{BatchNorm2d(6), Dropout(0.1, rng), counting}),
                    Concat{Sequential{BatchNorm2d(6), Tanh()}, BatchNorm2d(6)},
                    GlobalAvgPool2d(),
                    Dense(12, 6, rng),
                    BatchNorm1d(6, {.momentum = std::nullopt}),
                    Dense(6, 3, rng)};
}

Tensor class_indices() {
  Tensor labels = zeros({samples});
  for (std::size_t i = 0; i < samples; ++i) labels(i) = static_cast<Real>(i % 3);
  return labels;
}

/// A training run that is refused at the batch that contains the spoiled sample.
struct Trial {
  Tensor inputs = random({samples, 2, 4, 4}, 7), labels = class_indices();
  Sequential model = make_model();
  CrossEntropyLoss loss;
  DataLoaderOptions loading{.batch_size = 5, .shuffle = Rng{2}};
  FitOptions options{.epochs = 3};

  /// Returns the error. Expects that training was refused in a later step and that this step changed nothing.
  template <class Refusal>
  std::string error() {
    SGD sgd{model.parameters(), {.learning_rate = 0.05, .momentum = 0.9}};
    EMA ema{model};
    const TensorDataset data(inputs, labels);
    DataLoader loader{data, loading};
    options.ema = &ema;
    std::optional<Snapshot> before;
    options.on_step = [&](const Progress&) { before.emplace(model, sgd, ema); };
    const std::string text = message<Refusal>([&] { fit(model, loss, sgd, loader, options); });
    if (!before) return "no step before the error: " + text;
    EXPECT_EQ(first_difference(*before, Snapshot(model, sgd, ema)), "");
    for (const NamedTensor& entry : sgd.parameters()) EXPECT_FALSE(entry.parameter->has_gradient()) << entry.name;
    const TensorDataset clean(random({samples, 2, 4, 4}, 7), class_indices());
    DataLoader test{clean};
    EXPECT_TRUE(std::isfinite(evaluate(model, loss, test).loss));
    return text;
  }
};

void expect_ends(const std::string& text, const std::string& end) { EXPECT_TRUE(text.ends_with(end)) << text; }

TEST(RefusedStep, ANonFiniteInputLeavesTheModelAsItWas) {
  for (const bool prefetch : {false, true}) {
    Trial trial;
    trial.inputs(spoiled, 1, 2, 3) = nan;
    trial.loading.prefetch = prefetch;
    trial.loading.workers = 2;
    expect_ends(trial.error<NonFiniteError>(), "; it arose in the inputs, sample 23. Check the data.");
  }
}

TEST(RefusedStep, ALargeFiniteInputLeavesTheModelAsItWas) {
  Trial trial;
  for (std::size_t i = 0; i < 16; ++i) trial.inputs(spoiled, 1, i / 4, i % 4) = std::numeric_limits<Real>::max();
  const std::string text = trial.error<NonFiniteError>();
  EXPECT_NE(text.find("it arose in layer"), std::string::npos) << text;
}

TEST(RefusedStep, AnInvalidLabelLeavesTheModelAsItWas) {
  Trial trial;
  trial.labels(spoiled) = 7;
  EXPECT_NE(trial.error<ValueError>(), "no error");
}

TEST(RefusedStep, ANonFiniteGradientToClipLeavesTheModelAsItWas) {
  Trial trial;
  trial.model = make_model(4);  // in the fourth step
  trial.options.clip_norm = 1;
  const std::string text = trial.error<NonFiniteError>();
  EXPECT_TRUE(text.starts_with("clip_grad_norm: expected a finite gradient norm, got ")) << text;
}

TEST(RefusedStep, AFailingMetricLeavesTheModelAsItWas) {
  struct Failing {
    void add(const Tensor&, const Tensor&) {
      if (++batches == 4) throw DataError("the metric failed");
    }
    double value() const { return 0; }
    int batches = 0;
  };
  Trial trial;
  trial.options.metrics = {Metric("failing", Failing())};
  EXPECT_EQ(trial.error<DataError>(), "the metric failed");
}

// After a refused step the run continues as if the step had not been tried.
TEST(RefusedStep, TrainingContinuesToTheSameBits) {
  const TensorDataset clean(random({samples, 2, 4, 4}, 7), class_indices());
  Tensor inputs = clean.inputs();
  inputs(3, 0, 0, 0) = nan;
  const TensorDataset bad(inputs, clean.targets());
  const auto train = [&](bool refused) {
    Sequential model = make_model();
    CrossEntropyLoss loss;
    SGD sgd{model.parameters(), {.learning_rate = 0.05}};
    DataLoader loader{clean, {.batch_size = 8}}, bad_loader{bad, {.batch_size = 8}};
    fit(model, loss, sgd, loader, {.epochs = 1});
    if (refused) {
      EXPECT_THROW(fit(model, loss, sgd, bad_loader), NonFiniteError);
    }
    fit(model, loss, sgd, loader, {.epochs = 1});
    return Snapshot(model, sgd);
  };
  EXPECT_EQ(first_difference(train(true), train(false)), "");
}

TEST(RefusedStep, NamesTheTargetBySampleNumber) {
  Dense model = [] {
    Rng rng{1};
    return Dense(3, 1, rng);
  }();
  Tensor targets = zeros({samples});
  targets(spoiled) = std::numeric_limits<Real>::infinity();
  const TensorDataset data(random({samples, 3}, 1), targets);
  DataLoader loader{data, {.batch_size = 8, .shuffle = Rng{2}}};
  MSELoss loss;
  SGD sgd{model.parameters()};
  expect_ends(message<NonFiniteError>([&] { fit(model, loss, sgd, loader); }),
              "; it arose in the targets, sample 23. Check the data.");
  EXPECT_EQ(message<NonFiniteError>([&] { evaluate(model, loss, loader); }),
            "evaluate: expected a finite loss, got infinity; it arose in the targets, sample 23.");
}

// Mixup adds a partner to each sample. Either of the two may contain the non-finite value.
TEST(RefusedStep, NamesTheSampleAndItsPartner) {
  Tensor inputs = random({2, 3}, 1);
  inputs(1, 2) = nan;
  const TensorDataset data(inputs, Tensor{0, 1});
  DataLoader loader{data, {.batch_size = 1, .augment = Augmentation{Rng{1}, {}, Mixup{.classes = 2}}}};
  Rng rng{1};
  Dense model(3, 2, rng);
  CrossEntropyLoss loss;
  SGD sgd{model.parameters()};
  EXPECT_EQ(message<NonFiniteError>([&] { fit(model, loss, sgd, loader); }),
            "fit: expected a finite loss, got nan at epoch 1, step 1; it arose in the inputs, sample 0, mixed with "
            "sample 1. Check the data.");
}

}  // namespace
}  // namespace minnow
