#include <minnow/core/error.hpp>
#include <minnow/optim/adam.hpp>
#include <minnow/optim/reduce_lr_on_plateau.hpp>
#include <minnow/optim/schedules.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// An optimizer of one element whose gradient is always 1.
struct Trial {
  Parameter p{Shape{1}};
  SGD sgd{{{"w", p}}, {.learning_rate = 0.5}};

  double step() {
    p.grad_target().grad.fill(1);
    sgd.step();
    return sgd.options().learning_rate;
  }
};

Rates halve(Rates rates, std::uint64_t t) {
  rates.learning_rate = std::ldexp(rates.learning_rate, -static_cast<int>(t));
  return rates;
}

TEST(Schedule, MayBeAnyFunction) {
  Trial s;
  s.sgd.set_schedule(halve);
  EXPECT_EQ(s.step(), 0.5);
  EXPECT_EQ(s.step(), 0.25);
  EXPECT_EQ(s.step(), 0.125);
  EXPECT_EQ(s.p.value(0), Real{-0.875});
}

TEST(Schedule, RestartsFromTheInitialRatesAndEnds) {
  Trial s;
  s.step();
  s.sgd.set_schedule(halve);
  s.step();
  s.step();
  s.sgd.set_schedule(halve);
  EXPECT_EQ(s.sgd.options().learning_rate, 0.5) << "set_schedule sets the rates";
  EXPECT_EQ(s.step(), 0.5);
  EXPECT_EQ(s.step(), 0.25);
  s.sgd.set_learning_rate(4);
  EXPECT_EQ(s.step(), 1) << "the schedule continues from the new rate";
  s.sgd.set_schedule(nullptr);
  EXPECT_EQ(s.step(), 1);
}

TEST(Schedule, WithInvalidRatesIsRejectedAndTheLastOneStays) {
  Trial s;
  s.sgd.set_schedule(halve);
  s.step();
  EXPECT_EQ(message<ValueError>([&] {
              s.sgd.set_schedule([](Rates rates, std::uint64_t) { return Rates{-1, rates.momentum}; });
            }),
            "SGD: expected learning_rate to be at least 0 and finite, got -1.");
  EXPECT_EQ(s.step(), 0.25);
  s.sgd.set_schedule([](Rates, std::uint64_t t) { return Rates{t == 0 ? 1 : nan, 0}; });
  s.step();
  const Real before = s.p.value(0);
  EXPECT_THROW(s.step(), ValueError);
  EXPECT_EQ(s.p.value(0), before);
  EXPECT_EQ(s.sgd.steps(), 3u);
}

TEST(Schedule, RejectedByOneGroupChangesNoGroup) {
  std::vector<Parameter> p(2, Parameter({1}));
  SGD sgd{{{{{"a", p[0]}}, {.momentum = 0.5}}, {{{"b", p[1]}}, {.momentum = 0.5, .nesterov = true}}}};
  EXPECT_EQ(message<ValueError>([&] { sgd.set_schedule([](const Rates&, std::uint64_t) {
                                        return Rates{1, 0};
                                      }); }),
            "SGD, group 1: expected momentum above 0 and dampening 0 with nesterov, got momentum 0 and dampening 0.");
  EXPECT_EQ(sgd.rates(0).learning_rate, 0.01);
  EXPECT_EQ(sgd.rates(0).momentum, 0.5);
}

TEST(Schedule, NeedsAnOptimizerWithRates) {
  struct Plain : Optimizer {
    using Optimizer::Optimizer;
    void update(std::size_t, Parameter&) override {}
  };
  Parameter p({1});
  Plain plain{{{"w", p}}};
  EXPECT_EQ(message<Error>([&] { plain.set_schedule(halve); }),
            "Optimizer: expected an optimizer with rates, got one without. Override num_groups, rates, initial_rates, "
            "set_rates "
            "and set_initial_rates.");
  p.grad_to_add();
  EXPECT_NO_THROW(plain.step());
}

TEST(OneCycle, StaysAtItsLastRate) {
  const Schedule cycle = one_cycle({.total_steps = 10, .div_factor = 4, .final_div_factor = 16});
  EXPECT_NEAR(cycle({1, 0}, 2).learning_rate, 1, 1e-15);
  EXPECT_NEAR(cycle({1, 0}, 9).learning_rate, 1. / 64, 1e-15);
  EXPECT_EQ(cycle({1, 0}, 1000).learning_rate, cycle({1, 0}, 9).learning_rate);
}

TEST(OneCycle, OfFewStepsIsFinite) {
  for (std::uint64_t steps = 1; steps <= 10; ++steps)
    for (const double share : {0., 0.1, 0.2, 0.25, 0.5, 1.})
      for (std::uint64_t t = 0; t <= steps; ++t) {
        const Rates rates = one_cycle({.total_steps = steps, .pct_start = share})({1, 0}, t);
        EXPECT_GE(rates.learning_rate, 4e-6) << steps << ' ' << share << ' ' << t;
        EXPECT_LE(rates.learning_rate, 1) << steps << ' ' << share << ' ' << t;
        EXPECT_GE(rates.momentum, 0.85);
        EXPECT_LE(rates.momentum, 0.95 + 1e-15);
      }
}

TEST(Schedules, CosineAnnealingAcceptsAnyNumberOfSteps) {
  const Schedule schedule = cosine_annealing({.total_steps = std::uint64_t{1} << 63});
  EXPECT_EQ(schedule({1, 0}, 0).learning_rate, 1);
  EXPECT_NEAR(schedule({1, 0}, std::uint64_t{1} << 62).learning_rate, 0.5, 1e-15);
  EXPECT_NEAR(schedule({1, 0}, std::uint64_t{3} << 62).learning_rate, 0.5, 1e-15);
}

TEST(Schedules, RejectInvalidOptions) {
  const auto error_of = [](const std::function<Schedule()>& make) { return message<ValueError>([&] { make(); }); };
  EXPECT_EQ(error_of([] { return step_lr({.step_size = 0}); }), "step_lr: expected step_size to be at least 1, got 0.");
  EXPECT_EQ(error_of([] { return step_lr({.step_size = 1, .gamma = -1}); }),
            "step_lr: expected gamma to be at least 0 and finite, got -1.");
  EXPECT_EQ(error_of([] { return cosine_annealing({.total_steps = 0}); }),
            "cosine_annealing: expected total_steps to be at least 1, got 0.");
  EXPECT_EQ(error_of([] { return cosine_annealing({.total_steps = 1, .min_learning_rate = -1}); }),
            "cosine_annealing: expected min_learning_rate to be at least 0 and finite, got -1.");
  EXPECT_EQ(error_of([] { return linear_warmup({.total_steps = 0}); }),
            "linear_warmup: expected total_steps to be at least 1, got 0.");
  EXPECT_EQ(error_of([] { return linear_warmup({.total_steps = 1, .start_factor = 2}); }),
            "linear_warmup: expected start_factor to be from 0 to 1, got 2.");
  EXPECT_EQ(error_of([] { return linear_warmup({.total_steps = 1, .end_factor = nan}); }),
            "linear_warmup: expected end_factor to be from 0 to 1, got nan.");
  EXPECT_EQ(error_of([] { return one_cycle({.total_steps = 0}); }),
            "one_cycle: expected total_steps to be at least 1, got 0.");
  EXPECT_EQ(error_of([] { return one_cycle({.total_steps = 9, .pct_start = 1.5}); }),
            "one_cycle: expected pct_start to be from 0 to 1, got 1.5.");
  EXPECT_EQ(error_of([] { return one_cycle({.total_steps = 9, .max_momentum = 1}); }),
            "one_cycle: expected max_momentum to be at least 0 and below 1, got 1.");
  EXPECT_EQ(error_of([] { return one_cycle({.total_steps = 9, .div_factor = 0}); }),
            "one_cycle: expected div_factor to be above 0 and finite, got 0.");
  EXPECT_EQ(error_of([] { return one_cycle({.total_steps = 9, .final_div_factor = infinity}); }),
            "one_cycle: expected final_div_factor to be above 0 and finite, got inf.");
  EXPECT_EQ(error_of([] {
              return sequence({halve, halve}, {});
            }),
            "sequence: expected one milestone fewer than schedules, got 2 schedules and 0 milestones.");
  EXPECT_EQ(error_of([] {
              return sequence({halve, halve, halve}, {5, 5});
            }),
            "sequence: expected strictly increasing milestones, got a milestone that is not above the previous one.");
  EXPECT_EQ(error_of([] { return chain({halve, nullptr}); }), "chain: expected a schedule, got null.");
  EXPECT_EQ(error_of([] { return per_epoch(0, halve); }),
            "per_epoch: expected steps_per_epoch to be at least 1, got 0.");
}

TEST(ReduceLROnPlateau, ReturnsTrueIfItLowersTheRates) {
  Trial s;
  ReduceLROnPlateau plateau(s.sgd, {.factor = 0.5, .patience = 1});
  EXPECT_FALSE(plateau.step(1));
  EXPECT_FALSE(plateau.step(nan));
  EXPECT_EQ(plateau.best(), 1);
  EXPECT_TRUE(plateau.step(1));
  EXPECT_EQ(s.sgd.options().learning_rate, 0.25);
}

TEST(ReduceLROnPlateau, LowersTheInitialRatesOfASchedule) {
  Trial s;
  s.sgd.set_schedule(halve);
  ReduceLROnPlateau plateau(s.sgd, {.factor = 0.5, .patience = 0});
  EXPECT_EQ(s.step(), 0.5);
  plateau.step(1);
  plateau.step(1);
  EXPECT_EQ(s.step(), 0.125);
}

/// Returns the number of reductions after eight equal values.
int reductions(double value, ReduceLROnPlateauOptions options) {
  Trial s;
  options.patience = 2;
  ReduceLROnPlateau plateau(s.sgd, options);
  int count = 0;
  for (int t = 0; t < 8; ++t) count += plateau.step(value);
  EXPECT_EQ(plateau.best(), value);
  return count;
}

// PyTorch compares with best (1 - threshold), which is worse than a negative best: no value is a plateau there.
TEST(ReduceLROnPlateau, TreatsNegativeValuesLikePositiveValues) {
  for (const Better better : {Better::lower, Better::higher})
    for (const Threshold mode : {Threshold::relative, Threshold::absolute})
      for (const double threshold : {0.0, 1e-4, 0.5, 1.0, 2.0})
        for (const double value : {-1.0, 1.0, -1e-300, 1e300, -1e300, 0.0})
          EXPECT_EQ(reductions(value, {.better = better, .threshold = threshold, .threshold_mode = mode}), 2)
              << value << " threshold " << threshold << (better == Better::lower ? " lower" : " higher");
}

TEST(ReduceLROnPlateau, MeasuresAnImprovementByTheSizeOfTheBestValue) {
  for (const double sign : {-1.0, 1.0})
    for (const Better better : {Better::lower, Better::higher}) {
      const double improved = better == Better::lower ? -1 : 1;
      Trial s;
      ReduceLROnPlateau plateau(s.sgd, {.better = better, .threshold = 0.25});
      plateau.step(sign * 8);
      plateau.step(sign * 8 + improved * 1.75);  // below 0.25 * 8
      EXPECT_EQ(plateau.best(), sign * 8);
      plateau.step(sign * 8 + improved * 2.25);
      EXPECT_EQ(plateau.best(), sign * 8 + improved * 2.25);
    }
}

TEST(ReduceLROnPlateau, RejectsInvalidOptions) {
  Trial s;
  const auto with = [&](const ReduceLROnPlateauOptions& o) {
    return message<ValueError>([&] { ReduceLROnPlateau plateau(s.sgd, o); });
  };
  EXPECT_EQ(with({.factor = 1}), "ReduceLROnPlateau: expected factor to be at least 0 and below 1, got 1.");
  EXPECT_EQ(with({.threshold = -1}), "ReduceLROnPlateau: expected threshold to be at least 0 and finite, got -1.");
  EXPECT_EQ(with({.min_learning_rate = -1}),
            "ReduceLROnPlateau: expected min_learning_rate to be at least 0 and finite, got -1.");
  EXPECT_EQ(with({.epsilon = nan}), "ReduceLROnPlateau: expected epsilon to be at least 0 and finite, got nan.");
}

}  // namespace
}  // namespace minnow
