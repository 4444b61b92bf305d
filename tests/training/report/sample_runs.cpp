#include <minnow/datasets/animals/animals.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers.hpp>
#include <minnow/losses.hpp>
#include <minnow/models.hpp>
#include <minnow/optim.hpp>
#include <minnow/training.hpp>

#include <tests/training/report/sample_runs.hpp>

#include <cmath>
#include <limits>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::testing {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

History history(const std::vector<std::string>& columns, const std::vector<std::vector<double>>& rows) {
  History result(columns);
  for (const std::vector<double>& row : rows) result.add(row);
  result.end = History::End::completed;
  return result;
}

/// Returns predictions (n, classes) whose logits are normal, and larger for the true class.
Predictions random_predictions(std::size_t n, std::size_t classes, double signal, Rng rng) {
  Tensor scores = zeros({n, classes}), targets = zeros({n});
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t truth = rng.below(classes);
    targets(i) = static_cast<Real>(truth);
    for (std::size_t c = 0; c < classes; ++c)
      scores(i, c) = static_cast<Real>(rng.normal() + (c == truth ? signal : 0));
  }
  Predictions result;
  result.add(scores, targets);
  return result;
}

/// Returns the logits of the first two test samples as examples: 0 before training.
ReportExamples first_examples(const Predictions& test) {
  const std::size_t classes = test.scores().size() / test.targets().size();
  return {{0, 1}, zeros({2, classes})};
}

std::shared_ptr<const Dataset> table(std::size_t n, std::size_t features, const Tensor& targets, Rng rng) {
  Tensor inputs = zeros({n, features});
  for (Real& value : inputs) value = static_cast<Real>(rng.normal());
  return std::make_shared<const TensorDataset>(std::move(inputs), targets);
}

}  // namespace

SampleRun image_run() {
  Rng rng{1};
  auto [train, test] = datasets::animals({.size = 16, .train = 300, .test = 200}, rng.split());
  auto data = std::make_shared<const TensorDataset>(std::move(test));
  Sequential model{Conv2d(3, 8, 3, rng, {.padding = 1}), ReLU(), MaxPool2d(2), Flatten(), Dense(8 * 8 * 8, 4, rng)};
  DataLoader loader{train, {.batch_size = 50, .shuffle = rng.split()}}, test_loader{*data};
  CrossEntropyLoss loss;
  AdamW optimizer{model.parameters(), {.learning_rate = 0.003}};
  SampleRun sample{"images", {}, data};
  RunReport& run = sample.run;
  const Tensor before = predict_all(model, test_loader).scores();
  DistributionRecorder recorder(model);
  run.history = fit(model, loss, optimizer, loader,
                    {.epochs = 4,
                     .metrics = {metrics::accuracy()},
                     .validation = {&test_loader, {metrics::accuracy()}},
                     .on_epoch = [&](const Progress& progress) {
                       recorder.on_epoch(progress);
                       return true;
                     }});
  run.title = "Drawn animals";
  run.sentence = "A small convolutional network, trained for 4 epochs on 300 drawings of animals.";
  run.command = "minnow train --model cnn --epochs 4 --seed 1";
  run.seed = 18446744073709551615u;
  run.settings = {{"model", "cnn"}, {"learning rate", "0.003"}, {"batch size", "50"}, {"shuffle", "true"}};
  run.machine = describe_machine();
  run.versions = describe_versions();
  run.model = summarize(model, {50, 3, 16, 16});
  run.distributions = recorder.distributions();
  run.test = predict_all(model, test_loader);
  run.test_data = data.get();
  run.class_names = datasets::animal_names();
  run.temperature = fit_temperature(run.test.scores(), run.test.targets());
  run.examples = first_examples(run.test);
  run.examples.before = from({before.data(), 8}, {2, 4});
  return sample;
}

SampleRun hostile_run() {
  const std::string script = "</script><script>alert(1)</script>", attribute = "\"><img src=x onerror=alert(2)>";
  SampleRun sample{"hostile", {}, nullptr};
  RunReport& run = sample.run;
  run.title = "</title>" + script;
  run.sentence = "Trained on <b>data</b> & 'more' {{run}} " + attribute;
  run.command = "minnow train --data '" + script + "'";
  run.class_names = {script, "猫 & собака", "a\xFF" + attribute};
  run.settings = {{attribute, script}, {"<!--", "-->"}};
  run.machine = {{"processor", script}};
  run.versions = {{script, "\xE2\x80\xA8 line separator"}};
  run.history = history({"epoch", "loss", script, "validation loss", "learning rate"},
                        {{1, 1.5, 2, 1.2, 0.1}, {2, 1, 1, 1.1, 0.1}});
  run.test = random_predictions(40, 3, 1, Rng{2});
  run.test_name = "<test>";
  sample.data = table(40, 2, run.test.targets(), Rng{3});
  run.test_data = sample.data.get();
  run.feature_names = {script, "Größe"};
  run.sample_names.assign(40, script);
  run.model = ModelSummary{{{script, "(1, 3)", 6}}, "(1, 2)", 6, "", zeros({0})};
  run.examples = first_examples(run.test);
  run.distributions = {describe_values(std::vector<Real>{1, 2, 3})};
  run.distributions[0].parameter = script;
  return sample;
}

SampleRun regression_run() {
  SampleRun sample{"regression", {}, nullptr};
  RunReport& run = sample.run;
  run.title = "Heights";
  run.sentence = "A linear model of heights.";
  run.history = history({"epoch", "step", "loss", "learning rate", "seconds"},
                        {{1, 10, 1500, 0.1, 1}, {2, 20, 3, 0.01, 2}, {3, 30, 2, 0.001, 3}});
  Tensor scores = zeros({60, 1}), targets = zeros({60, 1});
  Rng rng{4};
  for (std::size_t i = 0; i < 60; ++i) {
    targets.data()[i] = static_cast<Real>(100 + 10 * rng.normal());
    scores.data()[i] = targets.data()[i] + static_cast<Real>(3 * rng.normal());
  }
  run.test.add(scores, targets);
  run.model = ModelSummary{{{"Dense(3 -> 1)", "(60, 1)", 4}}, "(60, 3)", 4, "", zeros({0})};
  return sample;
}

SampleRun binary_run() {
  SampleRun sample{"binary", {}, nullptr};
  RunReport& run = sample.run;
  run.title = "Two classes";
  run.history = history({"epoch", "step", "loss", "accuracy", "learning rate"}, {{1, 7, 0.4, 0.8, 0.1}});
  Tensor scores = zeros({30}), targets = zeros({30});
  Rng rng{5};
  for (std::size_t i = 0; i < 30; ++i) {
    targets(i) = static_cast<Real>(i % 2);
    scores(i) = static_cast<Real>(i % 2 == 0 ? -1 : 1) + static_cast<Real>(rng.normal());
  }
  run.test.add(scores, targets);
  run.class_names = {"no", "yes"};
  run.examples = {{0, 1}, zeros({2}), from({60, -800})};  // softmax rounds to 1 and to 0
  return sample;
}

SampleRun many_classes_run() {
  SampleRun sample{"classes", {}, nullptr};
  RunReport& run = sample.run;
  run.title = "A hundred classes";
  for (int c = 0; c < 100; ++c) run.class_names.push_back("class number " + std::to_string(c));
  run.test = random_predictions(2000, 100, 3, Rng{6});
  run.temperature = fit_temperature(run.test.scores(), run.test.targets());
  run.examples = first_examples(run.test);
  return sample;
}

SampleRun diverged_run() {
  SampleRun sample{"diverged", {}, nullptr};
  RunReport& run = sample.run;
  run.title = "A run that diverged";
  run.history = history({"epoch", "step", "loss", "accuracy", "validation loss", "learning rate"},
                        {{1, 5, 2, 0.5, nan, 0.1},
                         {1, 7, 1.5, 0.6, 1.7, 0.1},
                         {2, 10, nan, nan, nan, 0.1},
                         {3, 15, 9000, 0.1, nan, 0.1}});
  run.history.end = History::End::stop_requested;
  Tensor scores = zeros({4, 2});
  scores(1, 0) = 2;
  scores(2, 1) = static_cast<Real>(nan);
  scores(3, 0) = std::numeric_limits<Real>::infinity();
  run.test.add(scores, from({0, 0, 1, 1}));
  run.class_names = {"left", "right"};
  run.examples = {{1, 2}, zeros({2, 2}), from({{2, 0}, {0, nan}})};
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    run.distributions.push_back(
        describe_values(std::vector<Real>(5, epoch == 2 ? static_cast<Real>(nan) : static_cast<Real>(epoch))));
    run.distributions.back().parameter = "0.weight";
    run.distributions.back().epoch = epoch;
  }
  return sample;
}

SampleRun empty_run() { return {"empty", {}, nullptr}; }

std::vector<SampleRun> sample_runs() {
  return {image_run(), hostile_run(), regression_run(), binary_run(), many_classes_run(), diverged_run(), empty_run()};
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
