// The size of a report, and runs and paths that cannot be written.

#include <minnow/core/error.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <tests/support/message.hpp>
#include <tests/training/report/report_page.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using testing::data_of;
using testing::page_of;

/// Noise in 300 classes: the images cannot be compressed, each prediction is wrong, and there are many parameters.
TEST(WriteReport, IsBelowThreeMegabytesForALargeRun) {
  constexpr std::size_t samples = 600, classes = 300;
  RunReport run;
  Rng rng{1};
  Tensor inputs = zeros({samples, 3, 112, 112}), targets = zeros({samples}), scores = zeros({samples, classes});
  for (Real& value : inputs) value = static_cast<Real>(rng.uniform());
  for (std::size_t i = 0; i < samples; ++i) targets(i) = static_cast<Real>(i % classes);
  for (Real& value : scores) value = static_cast<Real>(rng.normal());
  const TensorDataset data(inputs, targets);
  run.test.add(scores, targets);
  run.test_data = &data;
  for (std::size_t c = 0; c < classes; ++c) run.class_names.push_back("class " + std::to_string(c));
  run.history = History({"epoch", "step", "loss", "accuracy", "validation loss", "validation accuracy", "seconds"});
  for (int i = 0; i < 3000; ++i) run.history.add(std::vector<double>(7, rng.normal()));
  for (std::size_t epoch = 0; epoch < 100; ++epoch)
    for (int parameter = 0; parameter < 200; ++parameter) {
      Distribution& added = run.distributions.emplace_back();
      added.parameter = std::to_string(parameter) + ".weight";
      added.epoch = epoch;
      added.quantiles.assign(7, rng.normal());
    }
  const std::string page = page_of(run);
  EXPECT_LT(page.size(), 3'000'000u);
  EXPECT_GT(page.size(), 1'000'000u);
  EXPECT_EQ(data_of(page)["distributions"]["total"], 200);
}

TEST(WriteReport, ThrowsIfPartsDoNotFit) {
  const auto error = [](auto change) {
    RunReport run;
    run.test.add(from({{1, 0}, {0, 1}}), from({0, 1}));
    run.class_names = {"a", "b"};
    change(run);
    return message<Error>([&] { write_report(run, "never.html"); });
  };
  EXPECT_EQ(error([](RunReport& run) { run.class_names.push_back("c"); }),
            "write_report: expected scores (N, 3) for 3 class names, got (2, 2).");
  EXPECT_EQ(error([](RunReport& run) { run.class_names.clear(); }),
            "write_report: expected scores and targets (N) or (N, 1) without class names, got (2, 2) and (2). Set "
            "class_names for a classifier.");
  EXPECT_EQ(error([](RunReport& run) { run.sample_names = {"a"}; }), "write_report: expected 2 sample_names, got 1.");
  EXPECT_EQ(error([](RunReport& run) {
              run.examples = {{0}, zeros({2, 2}), zeros({1, 2})};
            }),
            "write_report: expected logits of 1 examples, got 2 before and 1 after training.");
  EXPECT_EQ(error([](RunReport& run) {
              run.examples = {{5}, zeros({1, 2}), zeros({1, 2})};
            }),
            "write_report: expected examples among the 2 test samples, got sample 5.");
  EXPECT_EQ(error([](RunReport& run) {
              run.test = {};
              run.test.add(from({{1, 0}}), from({2}));
            }),
            "write_report: expected targets that are indices of 2 classes, got 2 for sample 0.");
  EXPECT_FALSE(std::filesystem::exists("never.html"));
}

TEST(WriteReport, LeavesTheOldFileIfItCannotBeWritten) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(write_report({}, folder / "missing" / "report.html"), DataError);
  testing::write_bytes(folder / "report.html", "old");
  RunReport run;
  run.sample_names = {"too many"};
  run.test.add(from({{1, 0}, {0, 1}}), from({0, 1}));
  EXPECT_THROW(write_report(run, folder / "report.html"), ShapeError);
  EXPECT_EQ(testing::read_bytes(folder / "report.html"), "old");
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION
