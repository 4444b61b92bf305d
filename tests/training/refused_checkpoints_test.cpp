// Checkpoints of another run, of a run in progress, and damaged ones are refused in one line; the objects stay as they
// are.

#include <minnow/minnow.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>
#include <tests/training/checkpointed_program.hpp>

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
using testing::images;
using testing::Program;
using testing::Settings;
using testing::TemporaryFolder;

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
