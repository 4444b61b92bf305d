#include <minnow/core/error.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers.hpp>
#include <minnow/losses.hpp>
#include <minnow/models.hpp>
#include <minnow/optim.hpp>
#include <minnow/training/report/distributions.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

bool equal(const Distribution& a, const Distribution& b) {
  const auto fields = [](const Distribution& d) {
    return std::tie(d.parameter, d.of_gradient, d.epoch, d.step, d.elements, d.not_finite, d.sum, d.squares,
                    d.quantiles, d.limits, d.counts);
  };
  return fields(a) == fields(b);
}

bool equal(const Distributions& a, const Distributions& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Distribution& x, const Distribution& y) { return equal(x, y); });
}

TEST(DescribeValues, EqualsNumPy) {
  // values = [3, 1, 2, 10, -4]; numpy.quantile(values, [0, .05, .25, .5, .75, .95, 1])
  const Distribution d = describe_values(std::vector<Real>{3, 1, 2, 10, -4});
  const std::vector<double> quantiles{-4, -3, 1, 2, 3, 8.6, 10};
  for (std::size_t i = 0; i < 7; ++i) EXPECT_NEAR(d.quantiles[i], quantiles[i], 1e-12) << i;
  EXPECT_EQ(d.elements, 5u);
  EXPECT_EQ(d.sum, 12);
  EXPECT_EQ(d.squares, 130);
  EXPECT_EQ(std::accumulate(d.counts.begin(), d.counts.end(), std::size_t{0}), 5u);
  EXPECT_EQ(d.limits.back(), 10);
}

TEST(DescribeValues, CountsValuesUpToEachLimit) {
  std::vector<Real> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<Real>(i));
  const Distribution d = describe_values(values);
  double low = -1;
  for (std::size_t i = 0; i < d.limits.size(); ++i) {
    EXPECT_EQ(d.counts[i], static_cast<std::size_t>(std::floor(d.limits[i]) - std::floor(low))) << i;
    low = d.limits[i];
  }
}

TEST(DescribeValues, LeavesOutValuesThatAreNotFinite) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN(), infinity = std::numeric_limits<Real>::infinity();
  const Distribution d = describe_values(std::vector<Real>{1, nan, infinity, 3, -infinity});
  EXPECT_EQ(d.not_finite, 3u);
  EXPECT_EQ(d.sum, 4);
  EXPECT_EQ(d.quantiles[3], 2);
  EXPECT_TRUE(describe_values(std::vector<Real>{nan}).quantiles.empty());
  EXPECT_TRUE(describe_values({}).limits.empty());
}

TEST(DescribeValues, HasOneBinForEqualValues) {
  const Distribution d = describe_values(std::vector<Real>(4, 2));
  EXPECT_EQ(d.limits, std::vector<double>{2});
  EXPECT_EQ(d.counts, std::vector<std::size_t>{4});
}

TEST(DescribeValues, SamplesALargeParameter) {
  std::vector<Real> values(100'000, 1);
  values[1] = 1000;  // between two sampled elements
  const Distribution d = describe_values(values);
  EXPECT_EQ(d.sum, 100'999);
  EXPECT_EQ(d.quantiles.back(), 1);
  EXPECT_LE(d.counts[0], 16384u);
}

/// A small training run, with or without a recorder.
struct Trained {
  explicit Trained(std::size_t epochs, const std::filesystem::path& file = {}, bool record = true) {
    const TensorDataset data(from({{0, 0}, {0, 1}, {1, 0}, {1, 1}}), from({0, 1, 1, 0}));
    DataLoader loader{data, {.batch_size = 2, .shuffle = Rng{1}}};
    CrossEntropyLoss loss;
    SGD sgd{model.parameters(), {.learning_rate = 0.5}};
    DistributionRecorder recorder(model, file);
    fit(model, loss, sgd, loader, {.epochs = epochs, .on_epoch = [&](const Progress& p) {
                                     if (record) recorder.on_epoch(p);
                                     return true;
                                   }});
    distributions = recorder.distributions();
  }
  Rng rng{3};
  Sequential model{Dense(2, 8, rng), ReLU(), Dense(8, 2, rng)};
  Distributions distributions;
};

TEST(DistributionRecorder, RecordsValuesAndGradientsOfEachEpoch) {
  const Trained run(3);
  ASSERT_EQ(run.distributions.size(), 4u + 3 * 8);  // 4 parameters before training, then with gradients
  EXPECT_EQ(run.distributions[0].parameter, "0.weight");
  EXPECT_EQ(run.distributions[0].epoch, 0u);
  const Distribution &values = run.distributions[4 + 2 * 8], &gradient = run.distributions[4 + 2 * 8 + 1];
  EXPECT_EQ(values.epoch, 3u);
  EXPECT_EQ(values.step, 6u);
  EXPECT_TRUE(gradient.of_gradient);
  const auto& weight = *run.model.const_state()[0].value;
  const Distribution expected = describe_values({weight.data(), weight.size()});
  EXPECT_EQ(values.quantiles, expected.quantiles);
  EXPECT_EQ(values.sum, expected.sum);
  EXPECT_GT(gradient.squares, 0);
}

TEST(DistributionRecorder, ChangesNoBitOfTheTraining) {
  Trained with(5), without(5, {}, false);
  const auto a = with.model.const_state(), b = without.model.const_state();
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_TRUE(std::equal(a[i].value->data(), a[i].value->data() + a[i].value->size(), b[i].value->data()));
}

TEST(DistributionRecorder, RecordsOnly64OfManyEpochs) {
  const Trained run(200);
  std::vector<std::size_t> epochs;
  for (const Distribution& record : run.distributions)
    if (epochs.empty() || epochs.back() != record.epoch) epochs.push_back(record.epoch);
  EXPECT_LE(epochs.size(), 66u);
  EXPECT_EQ(epochs[1], 4u);
  EXPECT_EQ(epochs.back(), 200u);
}

TEST(DistributionRecorder, FileEqualsWhatIsRecorded) {
  const testing::TemporaryFolder folder;
  const Trained run(3, folder / "d.jsonl");
  EXPECT_TRUE(equal(read_distributions(folder / "d.jsonl"), run.distributions));
  const Trained again(2, folder / "d.jsonl");  // a new run replaces the old one
  EXPECT_TRUE(equal(read_distributions(folder / "d.jsonl"), again.distributions));
}

/// A run that was interrupted in epoch 3 or later, and resumes at the end of epoch 3.
TEST(DistributionRecorder, KeepsTheEpochsBeforeAResume) {
  const testing::TemporaryFolder folder;
  const Trained whole(5, folder / "d.jsonl");
  std::string file = testing::read_bytes(folder / "d.jsonl");
  file.resize(file.size() - 10);  // the process was killed while it wrote the last line
  testing::write_bytes(folder / "d.jsonl", file);
  Trained run(1);
  DistributionRecorder recorder(run.model, folder / "d.jsonl");
  Progress progress;
  progress.epochs = 5;
  progress.epoch = 3;
  recorder.on_epoch(progress);
  const Distributions& resumed = recorder.distributions();
  ASSERT_EQ(resumed.size(), 4u + 3 * 8);
  EXPECT_TRUE(
      equal({resumed.begin(), resumed.begin() + 20}, {whole.distributions.begin(), whole.distributions.begin() + 20}));
  EXPECT_EQ(resumed[20].epoch, 3u);
  EXPECT_TRUE(equal(read_distributions(folder / "d.jsonl"), resumed));
}

/// `fit` stops in the third epoch and resumes from its checkpoint.
TEST(DistributionRecorder, ResumedRunHasTheDistributionsOfAWholeRun) {
  const testing::TemporaryFolder folder;
  const auto run = [&](const std::string& name, std::size_t stop_after) {
    const TensorDataset data(from({{0, 0}, {0, 1}, {1, 0}, {1, 1}}), from({0, 1, 1, 0}));
    DataLoader loader{data, {.batch_size = 2, .shuffle = Rng{1}}};
    CrossEntropyLoss loss;
    Rng rng{3};
    Sequential model{Dense(2, 8, rng), ReLU(), Dense(8, 2, rng)};
    SGD sgd{model.parameters(), {.learning_rate = 0.5}};
    std::filesystem::create_directories(folder / name);
    DistributionRecorder recorder(model, folder / name / "d.jsonl");
    std::stop_source stop;
    fit(model, loss, sgd, loader,
        {.epochs = 5,
         .checkpoint = {.folder = folder / name},
         .resume = true,
         .stop = stop.get_token(),
         .on_step =
             [&](const Progress& progress) {
               if (progress.total_steps == stop_after) stop.request_stop();
             },
         .on_epoch =
             [&](const Progress& progress) {
               recorder.on_epoch(progress);
               return true;
             }});
    return recorder.distributions();
  };
  const Distributions whole = run("whole", 0);
  EXPECT_EQ(run("stopped", 5).back().epoch, 2u);  // step 5 of 10 is in epoch 3
  EXPECT_TRUE(equal(run("stopped", 0), whole));
  EXPECT_TRUE(equal(read_distributions(folder / "stopped" / "d.jsonl"), whole));
}

TEST(DistributionRecorder, ThrowsIfTheFileCannotBeWritten) {
  const testing::TemporaryFolder folder;
  Trained run(1);
  const std::string path = (folder / "missing" / "d.jsonl").string();
  EXPECT_EQ(message<DataError>([&] { DistributionRecorder recorder(run.model, path); }),
            "DistributionRecorder: cannot write '" + path + "': No such file or directory.");
}

TEST(ReadDistributions, NamesADamagedLine) {
  const testing::TemporaryFolder folder;
  const Trained run(1, folder / "d.jsonl");
  const std::string path = (folder / "d.jsonl").string(), file = testing::read_bytes(path);
  testing::write_bytes(path, file + "{\"epoch\": 2}\n");
  const std::string error = message<DataError>([&] { read_distributions(path); });
  EXPECT_TRUE(error.starts_with("read_distributions: expected a line of a DistributionRecorder in line 3 of '" + path +
                                "', got: "))
      << error;
  EXPECT_TRUE(error.ends_with(". Delete the file to record anew.")) << error;
  EXPECT_THROW(read_distributions(folder / "missing.jsonl"), DataError);
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION
