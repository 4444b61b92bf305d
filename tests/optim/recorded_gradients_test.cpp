// Every optimizer and every schedule over 50 recorded gradients, compared with PyTorch in float64. The parameters are
// in two groups.

#include <minnow/core/error.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/optim/reduce_lr_on_plateau.hpp>

#include <tests/support/recorded_gradients.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using namespace minnow::testing;

TEST(Optimizers, FollowPyTorchAlongRecordedGradients) {
  std::map<std::string, double> worst;
  for (const Json& c : read_fixture("optim/optimizers.json")) {
    const std::string name = c.at("optimizer");
    SCOPED_TRACE(name + ", " + c.at("case").get<std::string>());
    Recorded recorded;
    const auto optimizer = torch_optimizer(c, recorded);
    for (std::size_t t = 1; t <= 50; ++t) {
      recorded.backward(t);
      if (c.contains("clip_norm")) clip_grad_norm(*optimizer, c.at("clip_norm"));
      optimizer->step();
      if (!c.at("after").contains(std::to_string(t))) continue;
      const double e = recorded.error_to(c.at("after").at(std::to_string(t)));
      EXPECT_LE(e, tolerance) << "step " << t;
      worst[name] = std::max(worst[name], e);
    }
  }
  EXPECT_EQ(worst.size(), 4u);
  for (const auto& [name, e] : worst) record_error(name, e);
}

Schedule torch_schedule(const Json& c) {
  const std::string kind = c.at("kind");
  std::vector<Schedule> parts;
  if (c.contains("of"))
    for (const Json& part : c.at("of")) parts.push_back(torch_schedule(part));
  if (kind == "StepLR") return step_lr({.step_size = c.at("step_size"), .gamma = c.value("gamma", 0.1)});
  if (kind == "CosineAnnealingLR")
    return cosine_annealing({.total_steps = c.at("T_max"), .min_learning_rate = c.value("eta_min", 0.)});
  if (kind == "LinearLR")
    return linear_warmup({.total_steps = c.value("total_iters", std::uint64_t{5}),
                          .start_factor = c.value("start_factor", LinearWarmupOptions{1}.start_factor),
                          .end_factor = c.value("end_factor", LinearWarmupOptions{1}.end_factor)});
  if (kind == "OneCycleLR") {
    OneCycleOptions o{.total_steps = c.at("total_steps")};
    o.pct_start = c.value("pct_start", o.pct_start);
    o.anneal = c.value("anneal_strategy", "cos") == "cos" ? Anneal::cosine : Anneal::linear;
    o.cycle_momentum = c.value("cycle_momentum", o.cycle_momentum);
    o.base_momentum = c.value("base_momentum", o.base_momentum);
    o.max_momentum = c.value("max_momentum", o.max_momentum);
    o.div_factor = c.value("div_factor", o.div_factor);
    o.final_div_factor = c.value("final_div_factor", o.final_div_factor);
    return one_cycle(o);
  }
  if (kind == "SequentialLR") return sequence(parts, c.at("milestones").get<std::vector<std::uint64_t>>());
  if (kind == "ChainedScheduler") return chain(parts);
  if (kind == "PerEpoch") return per_epoch(c.at("steps"), parts.at(0));
  throw std::runtime_error("no schedule " + kind);
}

ReduceLROnPlateauOptions plateau_options(const Json& c) {
  ReduceLROnPlateauOptions o;
  if (c.value("mode", "min") == "max") o.better = Better::higher;
  if (c.value("threshold_mode", "rel") == "abs") o.threshold_mode = Threshold::absolute;
  o.factor = c.value("factor", o.factor);
  o.patience = c.value("patience", o.patience);
  o.threshold = c.value("threshold", o.threshold);
  o.cooldown = c.value("cooldown", o.cooldown);
  o.min_learning_rate = c.value("min_lr", o.min_learning_rate);
  o.epsilon = c.value("eps", o.epsilon);
  return o;
}

TEST(Schedules, FollowPyTorchAlongRecordedGradients) {
  std::map<std::string, double> worst;
  double worst_rate = 0;
  for (const Json& c : read_fixture("optim/schedules.json")) {
    const Json& schedule = c.at("schedule");
    SCOPED_TRACE(c.at("optimizer").get<std::string>() + schedule.dump());
    Recorded recorded;
    const auto optimizer = torch_optimizer(c, recorded);
    ReduceLROnPlateau plateau(*optimizer, plateau_options(schedule));
    if (!c.contains("values")) optimizer->set_schedule(torch_schedule(schedule));
    const double scale[] = {optimizer->initial_rates(0).learning_rate, optimizer->initial_rates(1).learning_rate};
    for (std::size_t t = 1; t <= 50; ++t) {
      recorded.backward(t);
      optimizer->step();
      for (std::size_t g = 0; c.contains("rates") && g < 2; ++g) {
        const Json& expected = c.at("rates").at(t - 1).at(g);
        const Rates rates = optimizer->rates(g);
        const double e = std::abs(rates.learning_rate - expected.at(0).get<double>()) / scale[g];
        EXPECT_LE(e, 1e-12) << "step " << t << ", group " << g;
        EXPECT_NEAR(rates.momentum, expected.at(1).get<double>(), 1e-12) << "step " << t << ", group " << g;
        worst_rate = std::max(worst_rate, e);
      }
      if (c.contains("values")) plateau.step(fixture_number(c.at("values").at(t - 1)));
    }
    const double e = recorded.error_to(c.at("after").at("50"));
    EXPECT_LE(e, tolerance);
    double& largest = worst[c.at("case").get<std::string>()];
    largest = std::max(largest, e);
  }
  EXPECT_EQ(worst.size(), 8u);
  for (const auto& [name, e] : worst) record_error(name, e);
  record_error("rates", worst_rate);
}

}  // namespace
}  // namespace minnow
