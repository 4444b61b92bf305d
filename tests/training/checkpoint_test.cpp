// A run that is stopped and resumed ends in the same bits as one that is not: inside an epoch and at its end, with
// shuffling, augmentation, dropout, worker threads, accumulation, averages, validation and early stopping.

#include <minnow/minnow.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

const TensorDataset& images() {
  static const TensorDataset data = [] {
    const auto [train, test] = datasets::animals({.size = 16, .train = 72, .test = 4}, Rng{3});
    DataLoader all{train, {.batch_size = 72}};
    const Batch& batch = *all.begin();
    return TensorDataset(batch.inputs, batch.targets, datasets::animal_names());
  }();
  return data;
}

struct Settings {
  std::size_t batch_size = 8, workers = 2, accumulate = 2, hidden = 6;
  double decay = 0.9;
  const Dataset* data = &images();
  bool momentum = true;
};

/// Everything that a program builds before it calls fit.
struct Program {
  explicit Program(const Settings& settings = {}, std::uint64_t seed = 7)
      : rng(seed),
        model{Conv2d(3, settings.hidden, 3, rng, {.padding = 1}),
              BatchNorm2d(settings.hidden),
              ReLU(),
              MaxPool2d(2),
              Dropout(0.2, rng),
              GlobalAvgPool2d(),
              Dense(settings.hidden, 4, rng)},
        optimizer(model.parameters(), {.learning_rate = 0.05, .momentum = settings.momentum ? 0.9 : 0}),
        ema(model, {.decay = settings.decay}),
        plateau(optimizer, {.factor = 0.5, .patience = 0}),
        loader(*settings.data, loading(settings, rng)),
        validation(*settings.data, {.batch_size = 32}) {
    optimizer.set_schedule(linear_warmup({.total_steps = 10}));
    options = {.epochs = 4,
               .metrics = {metrics::accuracy()},
               .clip_norm = 1,
               .ema = &ema,
               .accumulate = settings.accumulate,
               .validation = {&validation, {metrics::accuracy()}, 2},
               .early_stopping = EarlyStopping{.patience = 100},
               .plateau = &plateau};
  }

  static DataLoaderOptions loading(const Settings& settings, Rng& rng) {
    Augmentation augment{rng.split(), {augment::Flip(), augment::ShiftedCrop(2)}};
    augment.mixup = Mixup{.classes = 4};
    return {.batch_size = settings.batch_size,
            .shuffle = rng.split(),
            .prefetch = settings.workers > 0,
            .workers = std::max<std::size_t>(settings.workers, 1),
            .augment = augment};
  }

  History train() { return fit(model, loss, optimizer, loader, options); }
  Snapshot snapshot() { return Snapshot(model, optimizer, ema, plateau, loader, validation); }

  Rng rng;
  Sequential model;
  SGD optimizer;
  EMA ema;
  ReduceLROnPlateau plateau;
  DataLoader loader, validation;
  CrossEntropyLoss loss;
  FitOptions options;
};

/// Compares all columns but those of times.
void expect_same_history(const History& a, const History& b) {
  ASSERT_EQ(a.columns(), b.columns());
  ASSERT_EQ(a.size(), b.size());
  for (const std::string& column : a.columns()) {
    if (column == "samples/s" || column == "seconds") continue;
    const std::vector<double> x = a.column(column), y = b.column(column);
    for (std::size_t r = 0; r < x.size(); ++r)
      EXPECT_TRUE(x[r] == y[r] || (std::isnan(x[r]) && std::isnan(y[r]))) << column << " in row " << r;
  }
}

/// Trains in parts: each part stops after `steps` steps, and the next is a new program with another seed.
History train_in_parts(Program& last, const Settings& settings, const fs::path& folder, std::size_t steps) {
  for (std::uint64_t part = 0;; ++part) {
    Program stopped(settings, 7 + part);
    Program& program = part < 100 ? stopped : last;
    std::stop_source stop;
    std::size_t taken = 0;
    program.options.stop = stop.get_token();
    program.options.on_step = [&](const Progress&) {
      if (++taken == steps) stop.request_stop();
    };
    program.options.checkpoint = {.folder = folder, .every = 1000};
    program.options.resume = true;
    const History history = program.train();
    if (history.end == History::End::stop_requested) continue;
    last.options.checkpoint = program.options.checkpoint;
    last.options.resume = true;
    return last.train();  // restores the end
  }
}

TEST(Checkpoints, AStoppedRunEndsInTheSameBits) {
  for (const std::size_t workers : {0u, 2u}) {
    const Settings settings{.workers = workers};
    Program whole(settings);
    const History expected = whole.train();
    ASSERT_EQ(expected.size(), 4u * 3);  // 5 steps an epoch, validated after every second step
    for (const std::size_t steps : {1u, 3u, 5u}) {
      SCOPED_TRACE(steps);
      const TemporaryFolder folder;
      Program last(settings, 99);
      const History history = train_in_parts(last, settings, folder / "run", steps);
      expect_same_history(history, expected);
      EXPECT_EQ(history.best, expected.best);
      EXPECT_EQ(first_difference(last.snapshot(), whole.snapshot()), "");
    }
  }
}

TEST(Checkpoints, TheLastAndTheBestAreKept) {
  const TemporaryFolder folder;
  Program program;
  program.options.checkpoint = {.folder = folder / "new/run", .every = 3, .keep = 2};
  program.options.early_stopping = std::nullopt;
  const History history = program.train();
  const auto checkpoints = checkpoints_in(folder / "new/run");
  ASSERT_EQ(checkpoints.size(), 2u);
  EXPECT_EQ(checkpoints[0].first, 18u);
  EXPECT_EQ(checkpoints[1].first, 20u);  // the end
  ASSERT_TRUE(history.best);
  const std::vector<double> losses = history.column("validation loss");
  for (const double value : losses) EXPECT_FALSE(value < losses[*history.best]);
  const Sequential best = load_model(folder / "new/run/best.safetensors");
  EXPECT_EQ(evaluate(best, program.loss, program.validation).loss, losses[*history.best]);
  for (const auto& entry : fs::directory_iterator(folder / "new/run"))
    EXPECT_EQ(entry.path().extension(), ".safetensors") << entry.path();
}

TEST(Checkpoints, ARunWithMoreEpochsContinuesAnEndedRun) {
  const TemporaryFolder folder;
  Program whole, first, second({}, 5);
  whole.options.epochs = 3;
  const History expected = whole.train();
  first.options.epochs = 1;
  second.options.epochs = 3;
  for (Program* program : {&first, &second}) {
    program->options.checkpoint.folder = folder / "run";
    program->options.resume = true;
    expect_same_history(program->train(), program == &first ? first.train() : expected);
  }
  EXPECT_EQ(first_difference(second.snapshot(), whole.snapshot()), "");
}

/// Returns the difference that refuses to resume a run of the default settings.
std::string refusal(const fs::path& folder, Program&& program) {
  const Snapshot before = program.snapshot();
  program.options.checkpoint.folder = folder;
  program.options.resume = true;
  std::string text = message<ValueError>([&] { program.train(); });
  EXPECT_EQ(first_difference(program.snapshot(), before), "") << text;
  EXPECT_TRUE(text.starts_with(folder.string())) << text;
  const std::string end = " Resume with the settings and data of that run, or choose another folder.";
  EXPECT_TRUE(text.ends_with(end)) << text;
  const std::size_t begin = text.find(": ") + 2;
  return text.substr(begin, text.size() - end.size() - begin);
}

TEST(Checkpoints, OfAnotherRunAreRefusedWithTheDifference) {
  const TemporaryFolder temporary;
  const fs::path folder = temporary / "run";
  Program run;
  run.options.epochs = 1;
  run.options.checkpoint.folder = folder;
  run.train();
  EXPECT_EQ(refusal(folder, Program({.batch_size = 12})), "expected loader.batch_size to be 8, got 12.");
  EXPECT_EQ(refusal(folder, Program({.accumulate = 3})), "expected accumulate to be 2, got 3.");
  EXPECT_EQ(refusal(folder, Program({.decay = 0.5})), "expected ema.decay to be 0.9, got 0.5.");
  EXPECT_NE(refusal(folder, Program({.hidden = 8})).find("expected model.0.layer to be Conv2d("), std::string::npos);

  const std::vector<std::string> names = datasets::animal_names();
  const TensorDataset fewer = images().subset(std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8});
  const TensorDataset renamed(images().inputs(), images().targets(), {"a", "b", "c", "d"});
  Tensor changed_inputs = images().inputs();
  changed_inputs(71, 2, 15, 15) += static_cast<Real>(0.01);
  const TensorDataset changed(changed_inputs, images().targets(), names);
  EXPECT_EQ(refusal(folder, Program({.data = &fewer})), "expected loader.samples to be 72, got 9.");
  EXPECT_EQ(refusal(folder, Program({.data = &renamed})),
            "expected data.class_names to be dog, cat, horse, cheetah, got a, b, c, d.");
  EXPECT_TRUE(refusal(folder, Program({.data = &changed})).starts_with("expected data.fingerprint to be "));

  Program without_ema, slower, stopping, other;
  without_ema.options.ema = nullptr;
  EXPECT_EQ(refusal(folder, std::move(without_ema)), "expected ema to be on, got off.");
  slower.optimizer.set_learning_rate(0.01);
  EXPECT_EQ(refusal(folder, std::move(slower)), "expected learning_rate (momentum) to be 0.05 (0.9), got 0.01 (0.9).");
  stopping.options.early_stopping.reset();
  EXPECT_EQ(refusal(folder, std::move(stopping)), "expected early_stopping to be on, got off.");
  DataLoader other_validation(changed, {.batch_size = 32});
  Program validated;
  validated.options.validation.loader = &other_validation;
  EXPECT_TRUE(refusal(folder, std::move(validated)).starts_with("expected validation_data.fingerprint to be "));
  Sequential model = other.model;
  AdamW adamw(model.parameters());
  EMA ema(model, {.decay = 0.9});
  other.options.ema = &ema;
  other.options.checkpoint.folder = folder;
  other.options.resume = true;
  const std::string text = message<ValueError>([&] { fit(model, other.loss, adamw, other.loader, other.options); });
  EXPECT_NE(text.find("expected optimizer.type to be SGD, got AdamW."), std::string::npos) << text;
}

TEST(Checkpoints, AFolderOfAnotherRunIsRefused) {
  const TemporaryFolder folder;
  Program first, second;
  first.options.epochs = second.options.epochs = 1;
  first.options.checkpoint.folder = second.options.checkpoint.folder = folder.path();
  first.train();
  EXPECT_EQ(message<ValueError>([&] { second.train(); }),
            folder.path().string() +
                ": expected a folder without checkpoints, got the checkpoints of another run. "
                "Resume that run, or choose another folder.");
  second.options.checkpoint.folder = folder / "step-00000000.safetensors/run";
  EXPECT_NE(message<DataError>([&] { second.train(); }).find("expected a folder for checkpoints"), std::string::npos);
}

TEST(Checkpoints, AFolderInUseIsRefused) {
  const TemporaryFolder folder;
  Program first, second;
  first.options.checkpoint.folder = second.options.checkpoint.folder = folder.path();
  second.options.resume = true;
  first.options.epochs = 1;
  first.options.on_epoch = [&](const Progress&) {
    EXPECT_EQ(message<DataError>([&] { second.train(); }),
              folder.path().string() +
                  ": expected a folder that no other run uses, got one in use. Wait for the end "
                  "of that run, or choose another folder.");
    return true;
  };
  first.train();
}

TEST(Checkpoints, TemporaryFilesOfAKilledRunAreDeleted) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "minnow-17-0.tmp", "half");
  testing::write_bytes(folder / "other.tmp", "mine");
  Program program;
  program.options.epochs = 1;
  program.options.checkpoint.folder = folder.path();
  program.train();
  EXPECT_FALSE(fs::exists(folder / "minnow-17-0.tmp"));
  EXPECT_TRUE(fs::exists(folder / "other.tmp"));
}

// A callback of a resumed run sees the last validation.
TEST(Checkpoints, TheLastValidationIsRestored) {
  const TemporaryFolder folder;
  std::vector<double> losses[2];
  for (std::vector<double>& of_run : losses) {
    Program program({}, &of_run == &losses[0] ? 7 : 8);
    std::stop_source stop;
    program.options.checkpoint.folder = folder.path();
    program.options.resume = true;
    program.options.stop = stop.get_token();
    program.options.on_step = [&](const Progress& p) {
      EXPECT_EQ(p.validated, p.total_steps >= 2);
      of_run.push_back(p.validation_loss);
      if (p.total_steps == 3 || p.total_steps == 4) stop.request_stop();
    };
    program.train();
  }
  ASSERT_EQ(losses[0].size(), 3u);
  ASSERT_EQ(losses[1].size(), 1u);
  EXPECT_NE(losses[0][2], 0);
}

TEST(Checkpoints, ADamagedCheckpointIsRefused) {
  const TemporaryFolder folder;
  Program first, second;
  first.options.epochs = 1;
  first.options.checkpoint.folder = second.options.checkpoint.folder = folder.path();
  first.train();
  fs::resize_file(checkpoints_in(folder.path()).back().second, 5000);
  second.options.resume = true;
  const Snapshot before = second.snapshot();
  const std::string text = message<DataError>([&] { second.train(); });
  EXPECT_TRUE(text.ends_with(" Delete this file to continue from step-00000000.safetensors.")) << text;
  EXPECT_EQ(first_difference(second.snapshot(), before), "");
}

TEST(Checkpoints, AMetricWithoutStateIsRefused) {
  struct Largest {
    void add(const Tensor&, const Tensor&) {}
    double value() const { return 0; }
  };
  const TemporaryFolder folder;
  Program program;
  program.options.metrics = {Metric("largest", Largest())};
  program.options.checkpoint.folder = folder / "run";
  EXPECT_EQ(message<ValueError>([&] { program.train(); }),
            "fit: expected metrics that a checkpoint can store, got largest. Give its accumulator a visit_state.");
  program.options.checkpoint.folder.clear();
  program.options.resume = true;
  EXPECT_EQ(message<ValueError>([&] { program.train(); }),
            "fit: expected checkpoint.folder, the folder to resume from, got none.");
}

}  // namespace
}  // namespace minnow
