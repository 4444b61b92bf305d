// Accumulation, validation, early stopping, the plateau, the history, and requests to stop.

#include <minnow/minnow.hpp>

#include <tests/support/compare.hpp>
#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Two overlapping clusters, with weights of the samples.
TensorDataset overlapping_clusters(std::size_t n, std::uint64_t seed, bool weighted = false) {
  Rng rng{seed};
  Tensor inputs = zeros({n, 2}), targets = zeros({n}), weights = zeros({n});
  for (std::size_t i = 0; i < n; ++i) {
    targets(i) = static_cast<Real>(i % 2);
    weights(i) = static_cast<Real>(rng.uniform(0.5, 2));
    for (std::size_t k = 0; k < 2; ++k) inputs(i, k) = static_cast<Real>(rng.normal() + (i % 2 == 0 ? -1 : 1));
  }
  return {inputs, targets, {}, weighted ? std::optional<Tensor>(weights) : std::nullopt};
}

struct SmallRun {
  explicit SmallRun(const Dataset& data, std::size_t batch_size = 16, Reduction reduction = Reduction::mean)
      : loss({.reduction = reduction}), loader(data, {.batch_size = batch_size, .shuffle = Rng{4}}) {}

  History train(const FitOptions& options) { return fit(model, loss, sgd, loader, options); }

  Rng rng{1};
  Sequential model{Dense(2, 16, rng), ReLU(), Dense(16, 2, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.1, .momentum = 0.9}};
  DataLoader loader;
};

double largest_difference(Sequential& a, Sequential& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.state().size(); ++i)
    worst =
        std::max(worst, testing::error(*a.state()[i].value, b.state()[i].value->shape(),
                                       std::vector<double>(b.state()[i].value->begin(), b.state()[i].value->end())));
  return worst;
}

// 70 samples: the last step of an epoch has fewer batches, and its last batch fewer samples.
TEST(Accumulate, TakesTheStepOfOneLargeBatch) {
  for (const bool weighted : {false, true})
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::batch_mean}) {
      const TensorDataset data = overlapping_clusters(70, 1, weighted);
      SmallRun parts(data, 8, reduction), whole(data, 32, reduction);
      if (reduction == Reduction::sum) parts.sgd.set_learning_rate(0.003), whole.sgd.set_learning_rate(0.003);
      std::vector<std::size_t> samples;
      const History history =
          parts.train({.epochs = 3, .clip_norm = 5, .accumulate = 4, .on_step = [&](const Progress& p) {
                         EXPECT_EQ(p.steps, 3u);
                         samples.push_back(p.samples);
                       }});
      whole.train({.epochs = 3, .clip_norm = 5});
      EXPECT_LT(largest_difference(parts.model, whole.model), 2e-5);
      EXPECT_EQ(samples, (std::vector<std::size_t>{32, 64, 70, 32, 64, 70, 32, 64, 70}));
      EXPECT_EQ(history.column("step"), (std::vector<double>{3, 6, 9}));
    }
}

// A batch whose samples have no weight adds nothing.
TEST(Accumulate, SkipsBatchesThatCountNothing) {
  TensorDataset all = overlapping_clusters(32, 2, true);
  Tensor weights = *all.weights();
  std::fill(weights.begin(), weights.begin() + 16, Real{0});
  const TensorDataset data(all.inputs(), all.targets(), {}, weights);
  std::vector<std::size_t> counted(16);
  for (std::size_t i = 0; i < 16; ++i) counted[i] = 16 + i;
  const TensorDataset rest = data.subset(counted);
  SmallRun parts(data), whole(rest);
  DataLoader in_order(data, {.batch_size = 8}), whole_loader(rest, {.batch_size = 16});
  fit(parts.model, parts.loss, parts.sgd, in_order, {.epochs = 2, .accumulate = 4});
  fit(whole.model, whole.loss, whole.sgd, whole_loader, {.epochs = 2});
  EXPECT_LT(largest_difference(parts.model, whole.model), 2e-5);
}

TEST(Accumulate, ARefusedBatchLeavesTheModelAsBeforeTheStep) {
  const TensorDataset data = overlapping_clusters(64, 1);
  Tensor inputs = data.inputs();
  inputs(62, 0) = std::numeric_limits<Real>::quiet_NaN();
  const TensorDataset spoiled(inputs, data.targets());
  SmallRun run(data);
  DataLoader in_order(spoiled, {.batch_size = 8});
  std::optional<Snapshot> before;
  FitOptions options{.accumulate = 4};
  options.on_step = [&](const Progress&) { before.emplace(run.model, run.sgd); };
  EXPECT_THROW(fit(run.model, run.loss, run.sgd, in_order, options), NonFiniteError);
  ASSERT_TRUE(before);
  EXPECT_EQ(run.sgd.steps(), 1u);
  EXPECT_EQ(first_difference(*before, Snapshot(run.model, run.sgd)), "");
}

TEST(Validation, IsMeasuredAtTheEndOfEachEpochOrEveryFewSteps) {
  const TensorDataset data = overlapping_clusters(64, 1), held_out = overlapping_clusters(40, 2);
  SmallRun run(data);
  DataLoader validation(held_out, {.batch_size = 7});
  std::vector<double> expected;
  const History history = run.train({.epochs = 3,
                                     .metrics = {metrics::accuracy()},
                                     .validation = {&validation, {metrics::accuracy()}},
                                     .on_epoch = [&](const Progress& p) {
                                       const Evaluation result =
                                           evaluate(run.model, run.loss, validation, {metrics::accuracy()});
                                       expected.push_back(result["accuracy"]);
                                       EXPECT_TRUE(p.validated);
                                       EXPECT_EQ(p.validation_loss, result.loss);
                                       EXPECT_EQ(p.validation_metrics["accuracy"], result["accuracy"]);
                                       return true;
                                     }});
  EXPECT_EQ(history.columns(),
            (std::vector<std::string>{"epoch", "step", "loss", "accuracy", "validation loss", "validation accuracy",
                                      "learning rate", "samples/s", "seconds"}));
  EXPECT_EQ(history.column("validation accuracy"), expected);
  EXPECT_EQ(history.end, History::End::completed);
  ASSERT_TRUE(history.best);

  const History often = run.train({.epochs = 2, .validation = {&validation, {}, 3}});
  EXPECT_EQ(often.column("step"), (std::vector<double>{3, 4, 6, 8}));
  std::vector<bool> measured;
  for (const double value : often.column("validation loss")) measured.push_back(!std::isnan(value));
  EXPECT_EQ(measured, (std::vector<bool>{true, false, true, false}));
}

TEST(Validation, MeasuresTheAveragesOfAnEMA) {
  const TensorDataset data = overlapping_clusters(64, 1), held_out = overlapping_clusters(40, 2);
  SmallRun run(data);
  EMA ema(run.model, {.decay = 0.9});
  DataLoader validation(held_out);
  const History history = run.train({.epochs = 2, .ema = &ema, .validation = {&validation}});
  const auto averages = ema.swap_in();
  EXPECT_EQ(history.at(1, "validation loss"), evaluate(run.model, run.loss, validation).loss);
}

/// Trains with a learning rate that makes the last epochs bad, and returns the losses of validation.
TEST(EarlyStopping, EndsAndRestoresTheBestWeights) {
  const TensorDataset data = overlapping_clusters(64, 1), held_out = overlapping_clusters(40, 2);
  for (const bool averages : {false, true}) {
    SmallRun run(data);
    EMA ema(run.model, {.decay = 0.5});
    DataLoader validation(held_out);
    run.sgd.set_schedule([](Rates rates, std::uint64_t step) {
      if (step >= 12) rates.learning_rate = 3;
      return rates;
    });
    const History history = run.train({.epochs = 50,
                                       .ema = averages ? &ema : nullptr,
                                       .validation = {&validation, {metrics::accuracy()}},
                                       .early_stopping = EarlyStopping{.patience = 3}});
    EXPECT_EQ(history.end, History::End::early_stopping);
    ASSERT_TRUE(history.best);
    EXPECT_EQ(history.size(), *history.best + 1 + 3);
    const std::vector<double> losses = history.column("validation loss");
    for (const double loss : losses) EXPECT_GE(loss, losses[*history.best]);
    EXPECT_EQ(evaluate(run.model, run.loss, validation).loss, losses[*history.best]);
  }
}

TEST(EarlyStopping, FollowsAnyMetricInEitherDirection) {
  const TensorDataset data = overlapping_clusters(64, 1), held_out = overlapping_clusters(40, 2);
  SmallRun run(data);
  DataLoader validation(held_out);
  const History history = run.train({.epochs = 100,
                                     .metrics = {metrics::accuracy()},
                                     .validation = {&validation, {metrics::accuracy()}},
                                     .early_stopping = EarlyStopping{.monitor = "validation accuracy",
                                                                     .better = Better::higher,
                                                                     .patience = 4,
                                                                     .min_delta = 0.01,
                                                                     .restore_best = false}});
  EXPECT_EQ(history.end, History::End::early_stopping);
  EXPECT_EQ(history.size(), *history.best + 1 + 4);
  const History of_training =
      run.train({.epochs = 100, .early_stopping = EarlyStopping{.monitor = "loss", .patience = 2}});
  EXPECT_EQ(of_training.end, History::End::early_stopping);
}

TEST(EarlyStopping, RefusesWhatIsNotMeasured) {
  const TensorDataset data = overlapping_clusters(16, 1);
  SmallRun run(data);
  const auto refused = [&](const EarlyStopping& rule) {
    return message<ValueError>([&] { run.train({.early_stopping = rule}); });
  };
  EXPECT_EQ(refused({}),
            "EarlyStopping: expected a loss or metric that is measured, got 'validation loss'. Set validation.loader, "
            "and add the metric.");
  EXPECT_EQ(refused({.monitor = "accuracy"}),
            "EarlyStopping: expected a loss or metric that is measured, got 'accuracy'. Add the metric.");
  EXPECT_EQ(refused({.monitor = "seconds"}),
            "EarlyStopping: expected a loss or metric that is measured, got 'seconds'. Add the metric.");
  EXPECT_EQ(message<ValueError>([&] { run.train({.history_files = {"history.txt"}}); }),
            "fit: expected history_files with the suffix .csv or .jsonl, got history.txt.");
  EXPECT_EQ(refused({.monitor = "loss", .patience = 0}), "EarlyStopping: expected a patience of at least 1, got 0.");
  EXPECT_EQ(refused({.monitor = "loss", .min_delta = -1}),
            "EarlyStopping: expected a finite min_delta of at least 0, got -1.");
  EXPECT_EQ(message<ValueError>([&] { run.train({.accumulate = 0}); }),
            "fit: expected accumulate to be at least 1, got 0.");
}

TEST(Plateau, GetsTheMonitoredValue) {
  const TensorDataset data = overlapping_clusters(64, 1);
  SmallRun run(data);
  run.sgd.set_learning_rate(0);
  run.sgd.set_rates(0, {.learning_rate = 0, .momentum = 0});
  SmallRun other(data);
  ReduceLROnPlateau plateau(other.sgd, {.factor = 0.5, .patience = 0, .threshold = 1e9});  // never better
  const History history = other.train({.epochs = 4, .plateau = &plateau});
  EXPECT_EQ(history.column("learning rate"), (std::vector<double>{0.1, 0.1, 0.05, 0.025}));
  EXPECT_FALSE(history.best);
}

TEST(Stop, EndsAfterTheStep) {
  const TensorDataset data = overlapping_clusters(64, 1);
  SmallRun run(data);
  std::stop_source stop;
  const History history = run.train({.stop = stop.get_token(), .on_step = [&](const Progress& p) {
                                       if (p.total_steps == 6) stop.request_stop();
                                     }});
  EXPECT_EQ(history.end, History::End::stop_requested);
  EXPECT_EQ(run.sgd.steps(), 6u);
  EXPECT_EQ(history.size(), 1u);
  EXPECT_EQ(run.train({.stop = stop.get_token()}).size(), 0u) << "a request before the first step";
}

TEST(HistoryFiles, AreWrittenRowByRow) {
  const testing::TemporaryFolder folder;
  const TensorDataset data = overlapping_clusters(64, 1);
  SmallRun run(data);
  std::size_t rows = 0;
  const History history = run.train({.epochs = 3,
                                     .metrics = {metrics::accuracy()},
                                     .history_files = {folder / "history.csv", folder / "history.jsonl"},
                                     .on_epoch = [&](const Progress&) {
                                       EXPECT_EQ(read_history(folder / "history.jsonl").size(), ++rows);
                                       return true;
                                     }});
  const History read = read_history(folder / "history.jsonl");
  EXPECT_EQ(read.columns(), history.columns());
  for (const std::string& column : history.columns()) EXPECT_EQ(read.column(column), history.column(column)) << column;
  const std::string csv = testing::read_bytes(folder / "history.csv");
  EXPECT_TRUE(csv.starts_with("epoch,step,loss,accuracy,learning rate,samples/s,seconds\n1,4,")) << csv;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
  write_history(history, folder / "again.csv");
  EXPECT_EQ(testing::read_bytes(folder / "again.csv"), csv);
  EXPECT_NE(message<DataError>([&] { run.train({.history_files = {folder / "missing/history.csv"}}); }), "no error");
}

TEST(History, ReadsMissingAndInfiniteValuesAndAnUnfinishedLine) {
  const testing::TemporaryFolder folder;
  History history({"epoch", "a \"quoted\", name"});
  const double infinity = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& row : {std::vector<double>{1, 1.0 / 3}, {2, std::nan("")}, {3, -infinity}})
    history.add(row);
  write_history(history, folder / "h.jsonl");
  write_history(history, folder / "h.csv");
  EXPECT_EQ(testing::read_bytes(folder / "h.csv"),
            "epoch,\"a \"\"quoted\"\", name\"\n1,0.3333333333333333\n2,\n3,-inf\n");
  std::string text = testing::read_bytes(folder / "h.jsonl");
  testing::write_bytes(folder / "h.jsonl", text + "{\"epoch\": 4, \"a");
  const History read = read_history(folder / "h.jsonl");
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read.at(0, history.columns()[1]), 1.0 / 3);
  EXPECT_TRUE(std::isnan(read.at(1, history.columns()[1])));
  EXPECT_EQ(read.at(2, history.columns()[1]), -infinity);
  const auto refused = [&](const std::string& line) {
    testing::write_bytes(folder / "h.jsonl", text + line + "\n");
    return message<DataError>([&] { read_history(folder / "h.jsonl"); });
  };
  const std::string at = (folder / "h.jsonl").string() + ": line 4: expected ";
  EXPECT_EQ(refused("[1]"), at + "a JSON object.");
  EXPECT_EQ(refused("{\"epoch\":4}"), at + "the columns of the first line.");
  EXPECT_EQ(refused("{\"epoch\":4,\"a \\\"quoted\\\", name\":\"x\"}"), at + "a number, null or \"Infinity\".");
  EXPECT_EQ(message<ValueError>([&] { static_cast<void>(history.column("loss")); }),
            "History: expected the name of a column (epoch, a \"quoted\", name), got 'loss'.");
}

}  // namespace
}  // namespace minnow
