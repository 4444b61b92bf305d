#include <minnow/core/error.hpp>
#include <minnow/core/fixed_tensor.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/state_visitor.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

// The constants come from scripts/philox_reference.py, an independent implementation checked against Random123.

void expect_bits(Rng rng, const std::vector<std::uint64_t>& expected) {
  for (const std::uint64_t value : expected) EXPECT_EQ(rng.bits(), value);
}

TEST(Rng, GivesTheBitsOfPhilox) {
  expect_bits(Rng{0},
              {0x02b2f8213efbe7e9, 0x974debdc6fdceb10, 0x77165748a9be30c7, 0x752def6e90390ca5, 0x5ad8e2f2c528253b});
  expect_bits(Rng{42},
              {0xdce5872651e577ff, 0x9280639260f2f372, 0x1731b9ee5e1dc6de, 0x42de2917289e120d, 0xc539a5eee8b13bf3});
  expect_bits(Rng{static_cast<std::uint64_t>(-1)},
              {0xcdbbeef806575fa9, 0xa720f0573b04ce52, 0x62227320315c72ad, 0x6a20340e6adb7cce, 0x8619cf393e4bf51f});
}

TEST(Rng, SplitsAndStreamsGiveTheBitsOfPhilox) {
  Rng rng{42};
  expect_bits(rng.split(),
              {0xf9ec787d021f38ab, 0x06f6e7522d978d1f, 0xb04b0314bf76a43f, 0x72c618cbd2e5c1e3, 0x105104b836544b07});
  expect_bits(rng.stream(7),
              {0x8226f67e5c93fed0, 0x257688b308b6021a, 0x928b3fedcbbabb02, 0x6bf35d3c623704e7, 0xdb7308b8901cbfc2});
  expect_bits(rng.stream((std::uint64_t{1} << 40) + 1, 3),
              {0xf6c61813d74422f3, 0xccd623a277ebfbe1, 0xd775bf690ba88fb6, 0x45f3732462639846, 0xc44d3ef0e4f026ab});
}

TEST(Rng, GivesTheSameUniformAndNormalValuesEverywhere) {
  Rng uniform{42}, normal{42};
  for (const double value :
       {0x1.b9cb0e4ca3caep-1, 0x1.2500c724c1e5ep-1, 0x1.731b9ee5e1dc0p-4, 0x1.0b78a45ca2784p-2, 0x1.8a734bddd1627p-1})
    EXPECT_EQ(uniform.uniform(), value);
  for (const double value : {0x1.13887efe30e66p+0, -0x1.9930a2828b9e9p-2, 0x1.1a9c625ba47dep-1, -0x1.235699482a161p+1,
                             -0x1.4a5de4a3723f2p+0})
    EXPECT_EQ(normal.normal(), value);
}

/// Returns the mean of f over n draws.
template <class Draw>
double mean(int n, const Draw& draw) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += draw();
  return sum / n;
}

constexpr int draws = 100000;  // with variance 1, five standard errors of the mean are 0.016

TEST(Rng, UniformHasItsMoments) {
  Rng rng{1};
  double lowest = 1, highest = 0;
  EXPECT_NEAR(mean(draws,
                   [&] {
                     const double u = rng.uniform();
                     lowest = std::min(lowest, u);
                     highest = std::max(highest, u);
                     return u;
                   }),
              0.5, 0.005);
  EXPECT_NEAR(mean(draws, [&] { return std::pow(rng.uniform(), 2); }), 1. / 3, 0.005);
  EXPECT_TRUE(lowest >= 0 && lowest < 1e-3 && highest < 1 && highest > 1 - 1e-3);
}

TEST(Rng, NormalHasItsMoments) {
  const auto moment = [](int power) {
    Rng rng{2};
    return mean(draws, [&] { return std::pow(rng.normal(), power); });
  };
  EXPECT_NEAR(moment(1), 0, 0.016);
  EXPECT_NEAR(moment(2), 1, 0.025);
  EXPECT_NEAR(moment(3), 0, 0.07);
  EXPECT_NEAR(moment(4), 3, 0.16);
  Rng rng{3};
  EXPECT_NEAR(mean(draws, [&] { return std::abs(rng.normal()) < 1 ? 1. : 0.; }), 0.682689, 0.008);
}

TEST(Rng, UniformStaysInItsInterval) {
  Rng rng{4};
  EXPECT_EQ(rng.uniform(2, 2), 2);
  const double next = std::nextafter(1., 2.);
  for (int i = 0; i < 1000; ++i) {
    const double u = rng.uniform(-3, 5);
    EXPECT_TRUE(u >= -3 && u < 5);
    EXPECT_EQ(rng.uniform(1, next), 1);  // rounding must not reach the open end
  }
}

TEST(Rng, BelowIsUniform) {
  for (const std::uint64_t bound : {1u, 2u, 3u, 7u, 10u}) {
    Rng rng{bound};
    std::vector<int> counts(bound);
    for (int i = 0; i < 70000; ++i) ++counts.at(rng.below(bound));
    double chi_squared = 0;
    for (const int count : counts) {
      const double expected = 70000. / static_cast<double>(bound);
      chi_squared += (count - expected) * (count - expected) / expected;
    }
    EXPECT_LT(chi_squared, 35) << bound;  // exceeded once in 17,000 cases with 9 degrees of freedom
  }
}

// With 3 * 2^62 every fourth draw is repeated. A plain modulo would make the lowest third twice as likely.
TEST(Rng, BelowIsUnbiasedForHugeBounds) {
  Rng rng{5};
  const std::uint64_t third = std::uint64_t{1} << 62;
  EXPECT_NEAR(mean(30000, [&] { return rng.below(3 * third) < third ? 1. : 0.; }), 1. / 3, 0.014);
  EXPECT_LT(rng.below(static_cast<std::uint64_t>(-1)), static_cast<std::uint64_t>(-1));
}

TEST(Rng, BelowRefusesZero) {
  Rng rng{6};
  try {
    rng.below(0);
    FAIL();
  } catch (const ValueError& e) {
    EXPECT_STREQ(e.what(), "Rng::below: expected a bound of at least 1, got 0.");
  }
}

TEST(Rng, ChanceHasItsProbability) {
  Rng rng{7};
  EXPECT_NEAR(mean(draws, [&] { return rng.chance(0.3) ? 1. : 0.; }), 0.3, 0.008);
  EXPECT_FALSE(rng.chance(0));
  EXPECT_TRUE(rng.chance(1));
}

TEST(Rng, ShuffleGivesEveryOrderEquallyOften) {
  Rng rng{8};
  std::vector<std::vector<std::size_t>> seen;
  std::vector<int> counts;
  for (int i = 0; i < 24000; ++i) {
    std::vector<std::size_t> items{0, 1, 2, 3};
    rng.shuffle(items);
    const auto found = std::find(seen.begin(), seen.end(), items);
    if (found == seen.end())
      seen.push_back(items), counts.push_back(1);
    else
      ++counts[static_cast<std::size_t>(found - seen.begin())];
  }
  EXPECT_EQ(seen.size(), 24u);
  for (const int count : counts) EXPECT_NEAR(count, 1000, 160);
}

TEST(Rng, ShuffleKeepsTheItems) {
  Rng rng{9};
  std::vector<std::size_t> items(1000), none;
  std::iota(items.begin(), items.end(), 0);
  const auto sorted = items;
  rng.shuffle(items);
  EXPECT_NE(items, sorted);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, sorted);
  EXPECT_NO_THROW(rng.shuffle(none));
}

TEST(Rng, StreamsDependOnlyOnIndexAndSeed) {
  Rng fresh{10}, used{10};
  for (int i = 0; i < 7; ++i) used.bits();
  for (const std::uint64_t index : {5u, 0u, 3u, 5u}) {  // in any order, repeatedly
    EXPECT_EQ(fresh.stream(index).bits(), used.stream(index).bits());
    EXPECT_EQ(fresh.stream(index, 2).bits(), used.stream(index, 2).bits());
  }
  Rng untouched{10};
  EXPECT_EQ(fresh.bits(), untouched.bits()) << "stream() must draw nothing";
}

TEST(Rng, StreamsSplitsAndSeedsDiffer) {
  std::set<std::uint64_t> first_bits;
  std::size_t streams = 0;
  const auto note = [&](Rng rng) { first_bits.insert(rng.bits()), ++streams; };
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng{seed};
    note(Rng(rng));
    for (std::uint64_t i = 0; i < 20; ++i) {
      note(rng.stream(i));
      note(rng.stream(i, i + 1));
      note(rng.stream(i + 2, i + 1));
      note(rng.stream(i).stream(i));
      note(rng.split());
    }
  }
  // Neither swapped indices nor a stream of a stream coincide with anything else.
  EXPECT_EQ(first_bits.size(), streams);
}

TEST(Rng, SplitsAreUncorrelatedWithTheirParent) {
  Rng parent{11};
  Rng child = parent.split();
  EXPECT_NEAR(mean(draws, [&] { return parent.normal() * child.normal(); }), 0, 0.016);
  Rng a = parent.stream(0), b = parent.stream(1);
  EXPECT_NEAR(mean(draws, [&] { return a.normal() * b.normal(); }), 0, 0.016);
}

TEST(Rng, ACopyContinuesTheSameStream) {
  Rng rng{12};
  rng.normal();
  Rng copy(rng);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(rng.bits(), copy.bits());
}

/// Writes a position in the stream.
class PositionWriter : public StateVisitor {
 public:
  PositionWriter(std::uint64_t block, std::uint64_t used) : block_(block), used_(used) {}
  bool writes() const override { return true; }

 protected:
  void do_constant(const std::string&, std::string_view) override {}
  void do_visit(const std::string& name, std::uint64_t& value) override {
    value = name == "block" ? block_ : name == "used" ? used_ : value + 1;
  }
  void do_visit(const std::string&, double&) override {}
  void do_visit(const std::string&, FixedTensor&) override {}
  void do_visit(const std::string&, FixedTensor&, const Shape&) override {}

 private:
  std::uint64_t block_, used_;
};

TEST(Rng, RefusesAnInvalidPosition) {
  Rng rng{13};
  Rng copy(rng);
  for (const auto& [block, used] : {std::pair{3u, 5u}, {3u, 1'000'000'000u}, {0u, 0u}, {0u, 3u}}) {
    PositionWriter writer(block, used);
    EXPECT_THROW(rng.visit_state(writer), ValueError) << block << ", " << used;
  }
  for (int i = 0; i < 9; ++i) EXPECT_EQ(rng.bits(), copy.bits());
  PositionWriter valid(1, 3);
  EXPECT_NO_THROW(rng.visit_state(valid));
}

}  // namespace
}  // namespace minnow
