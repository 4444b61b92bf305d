#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/normalization.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Samples of three channels of `plane` values each. Counts the reads of each sample, and the largest batch.
class Channels : public Dataset {
 public:
  Channels(std::size_t n, std::size_t plane, double (*value)(std::size_t i, std::size_t channel, std::size_t k))
      : reads(n), plane_(plane), value_(value) {}
  std::size_t size() const override { return reads.size(); }
  Shape input_shape() const override { return {3, plane_}; }
  Shape target_shape() const override { return {}; }
  void read(std::span<const std::size_t> indices, Batch& batch) const override {
    largest = std::max(largest, indices.size());
    for (std::size_t r = 0; r < indices.size(); ++r) {
      ++reads[indices[r]];
      batch.target(r)[0] = 0;
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t k = 0; k < plane_; ++k)
          batch.input(r)[c * plane_ + k] = static_cast<Real>(value_(indices[r], c, k));
    }
  }
  mutable std::vector<int> reads;
  mutable std::size_t largest = 0;

 private:
  std::size_t plane_;
  double (*value_)(std::size_t, std::size_t, std::size_t);
};

/// Returns all inputs of the dataset.
Tensor inputs_of(const Channels& data) {
  std::vector<std::size_t> all(data.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  Batch batch;
  resize(batch, data, all.size());
  data.read(all, batch);
  return batch.inputs;
}

void expect_near(const Normalization& streamed, const Normalization& expected, double tolerance) {
  for (std::size_t c = 0; c < 3; ++c) {
    SCOPED_TRACE(c);
    EXPECT_NEAR(streamed.mean()[c], expected.mean()[c], tolerance * std::abs(expected.mean()[c]));
    EXPECT_NEAR(streamed.deviation()[c], expected.deviation()[c], tolerance * expected.deviation()[c]);
  }
}

TEST(StreamedNormalization, EqualsThatOfATensor) {
  // The last batch is smaller, and the mean of channel 2 changes from batch to batch.
  const Channels data(20001, 50, [](std::size_t i, std::size_t c, std::size_t k) {
    const double uniform = Rng{3}.stream(i, 3 * k + c).uniform();
    return c == 0 ? uniform : c == 1 ? 1000 + uniform : uniform + 5.0 * static_cast<double>(i / 1000);
  });
  const Normalization streamed(data);
  EXPECT_TRUE(std::all_of(data.reads.begin(), data.reads.end(), [](int reads) { return reads == 1; }));
  EXPECT_LE(data.largest * 150 * sizeof(Real), std::size_t{1} << 21);  // bytes: 2 MiB of 12 or 24
  expect_near(streamed, Normalization(inputs_of(data)), 1e-11);
}

TEST(StreamedNormalization, OfOneBatchHasTheBitsOfATensor) {
  const Channels data(100, 4, [](std::size_t i, std::size_t c, std::size_t k) {
    return Rng{4}.stream(i, 3 * k + c).normal() + static_cast<double>(c);
  });
  const Normalization streamed(data), expected(inputs_of(data));
  EXPECT_EQ(streamed.mean(), expected.mean());
  EXPECT_EQ(streamed.deviation(), expected.deviation());
}

TEST(StreamedNormalization, HasTheMomentsComputedByHand) {
  // Channel 0: 0, 1, ..., n - 1, with mean (n - 1) / 2 and variance (n^2 - 1) / 12. Channel 1: constant. Channel 2: 0
  // but for the last value 1, with mean 1 / n and variance (n - 1) / n^2.
  constexpr std::size_t n = 400000;
  const Channels data(n, 1, [](std::size_t i, std::size_t c, std::size_t) {
    return c == 0 ? static_cast<double>(i) : c == 1 ? 14.62 : static_cast<double>(i + 1 == n);
  });
  const Normalization streamed(data);
  EXPECT_NEAR(streamed.mean()[0], (n - 1) / 2.0, 1e-6);
  EXPECT_NEAR(streamed.deviation()[0], std::sqrt((double(n) * n - 1) / 12), 1e-6);
  EXPECT_EQ(streamed.mean()[1], static_cast<double>(Real(14.62)));
  EXPECT_EQ(streamed.deviation()[1], 1);
  EXPECT_NEAR(streamed.mean()[2], 1.0 / n, 1e-17);
  EXPECT_NEAR(streamed.deviation()[2], std::sqrt(n - 1.0) / n, 1e-14);
}

TEST(StreamedNormalization, ScalesValuesOfAnySize) {
  // Each channel has values of three sizes: zeros first, then values near the smallest and the largest of a Real.
  const Channels data(300000, 1, [](std::size_t i, std::size_t c, std::size_t) {
    using Limits = std::numeric_limits<Real>;
    const double tiny = static_cast<double>(Limits::min()), huge = static_cast<double>(Limits::max()) / 2;
    const double sign = i % 2 == 0 ? 1 : -0.5;
    if (i < 100000) return 0.0;
    return sign * (c == 0 ? tiny : c == 1 ? huge : i < 200000 ? tiny : huge);
  });
  expect_near(Normalization(data), Normalization(inputs_of(data)), 1e-9);
}

TEST(StreamedNormalization, NamesTheSampleThatIsNotFinite) {
  const Channels data(300000, 1, [](std::size_t i, std::size_t c, std::size_t) {
    return i == 200001 && c == 2 ? std::numeric_limits<double>::infinity() : 1.0;
  });
  EXPECT_EQ(message<ValueError>([&] { Normalization normalization(data); }),
            "Normalization: expected finite inputs, got inf in sample 200001, channel 2. Remove or replace it.");
}

TEST(StreamedNormalization, RejectsADatasetWithoutElements) {
  const auto value = [](std::size_t, std::size_t, std::size_t) { return 0.0; };
  EXPECT_EQ(message<ShapeError>([&] { Normalization normalization(Channels(0, 4, value)); }),
            "Normalization: expected inputs (N, C, ...) with at least one element, got (0, 3, 4).");
  EXPECT_EQ(message<ShapeError>([&] { Normalization normalization(Channels(5, 0, value)); }),
            "Normalization: expected inputs (N, C, ...) with at least one element, got (5, 3, 0).");
}

}  // namespace
}  // namespace minnow
