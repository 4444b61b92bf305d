// Snapshots of optimizers, averages and ReduceLROnPlateau: a restored training run continues with the same bits.

#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/optim/adamw.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/parameter_groups.hpp>
#include <minnow/optim/reduce_lr_on_plateau.hpp>
#include <minnow/optim/rmsprop.hpp>
#include <minnow/optim/schedules.hpp>
#include <minnow/optim/sgd.hpp>

#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>

#include <functional>
#include <memory>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using Make = std::function<std::unique_ptr<Optimizer>(Layer& model)>;

template <class O, class Options>
Make make(const Options& options) {
  return [=](Layer& model) { return std::make_unique<O>(model.parameters(), options); };
}

std::unique_ptr<Optimizer> two_groups(Layer& model) {
  const auto body = named(model.parameters(), "0"), head = not_named(model.parameters(), "0");
  return std::make_unique<SGD>(ParameterGroups<SGDOptions>{{body, {.learning_rate = 0.125, .weight_decay = 0.01}},
                                                           {head, {.learning_rate = 0.25, .momentum = 0.5}}});
}

std::unique_ptr<Optimizer> no_decay(Layer& model) {
  return std::make_unique<AdamW>(
      no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.learning_rate = 0.1, .weight_decay = 0.1}));
}

const Make sgd = make<SGD>(SGDOptions{.learning_rate = 0.125}), adam = make<Adam>(AdamOptions{.learning_rate = 0.1});

const std::vector<std::pair<std::string, Make>> optimizers{
    {"SGD", sgd},
    {"SGD, momentum", make<SGD>(SGDOptions{.learning_rate = 0.125, .momentum = 0.5, .dampening = 0.25})},
    {"SGD, nesterov", make<SGD>(SGDOptions{.learning_rate = 0.125, .momentum = 0.5, .nesterov = true})},
    {"SGD, two groups", two_groups},
    {"Adam", adam},
    {"Adam, amsgrad", make<Adam>(AdamOptions{.learning_rate = 0.1, .amsgrad = true})},
    {"AdamW", make<AdamW>(AdamWOptions{.learning_rate = 0.1, .weight_decay = 0.1})},
    {"AdamW, two groups", no_decay},
    {"RMSprop", make<RMSprop>(RMSpropOptions{.learning_rate = 0.01})},
    {"RMSprop, centered", make<RMSprop>(RMSpropOptions{.learning_rate = 0.01, .centered = true})},
    {"RMSprop, momentum", make<RMSprop>(RMSpropOptions{.learning_rate = 0.01, .momentum = 0.5, .centered = true})}};

/// A model, its optimizer under a schedule, its average, and a ReduceLROnPlateau.
struct Training {
  Sequential model;
  Tensor x;
  std::unique_ptr<Optimizer> optimizer;
  EMA ema{model, {.decay = 0.75, .warm_up = true}};
  ReduceLROnPlateau plateau{*optimizer, {.factor = 0.5, .patience = 1, .cooldown = 1}};

  explicit Training(const Make& make_optimizer, std::uint64_t seed = 1, bool cycle_momentum = true)
      : model(make_model(Rng(seed))), optimizer(make_optimizer(model)) {
    optimizer->set_schedule(one_cycle({.total_steps = 20, .cycle_momentum = cycle_momentum}));
  }

  static Sequential make_model(Rng rng) {
    return Sequential{Dense(6, 5, rng), BatchNorm1d(5), Tanh(), Dense(5, 3, rng)};
  }

  void backward(std::uint64_t step) {
    x = random({4, 6}, step);
    model.forward(x);
    model.backward(random({4, 3}, step + 1000));
  }

  /// Trains from step `begin` to before step `end`; the random batches depend on the step only.
  void train(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t step = begin; step < end; ++step) {
      backward(step);
      optimizer->step();
      ema.update();
      if (step % 2 == 1) plateau.step(1);
    }
  }

  Snapshot snapshot() { return Snapshot(model, *optimizer, ema, plateau); }
  void restore(const Snapshot& snapshot) { snapshot.restore(model, *optimizer, ema, plateau); }
};

TEST(State, RestoredIntoNewObjectsContinuesWithTheSameBits) {
  for (const auto& [name, make_optimizer] : optimizers)
    for (const bool cycle_momentum : {true, false}) {
      SCOPED_TRACE(name);
      Training run(make_optimizer, 1, cycle_momentum), resumed(make_optimizer, 2, cycle_momentum);
      run.train(0, 7);
      const Snapshot at_7 = run.snapshot();
      run.train(7, 15);
      EXPECT_NE(first_difference(at_7, run.snapshot()), "");
      EXPECT_NE(first_difference(at_7, resumed.snapshot()), "");
      resumed.restore(at_7);
      EXPECT_EQ(first_difference(at_7, resumed.snapshot()), "");
      EXPECT_EQ(resumed.optimizer->steps(), 7u);
      EXPECT_EQ(resumed.ema.updates(), 7u);
      EXPECT_LT(resumed.optimizer->initial_rates().learning_rate,
                Training(make_optimizer).optimizer->initial_rates().learning_rate);
      resumed.train(7, 15);
      EXPECT_EQ(first_difference(run.snapshot(), resumed.snapshot()), "");
      EXPECT_EQ(resumed.model.predict(random({2, 6}, 5)), run.model.predict(random({2, 6}, 5)));
    }
}

// The gradient of a backward pass without a step is discarded.
TEST(State, RestoredIntoUsedObjectsContinuesWithTheSameBits) {
  for (const auto& [name, make_optimizer] : optimizers) {
    SCOPED_TRACE(name);
    Training run(make_optimizer);
    run.train(0, 3);
    const Snapshot at_3 = run.snapshot();
    run.train(3, 9);
    const Snapshot at_9 = run.snapshot();
    run.backward(9);
    run.restore(at_3);
    for (const NamedTensor& entry : run.model.parameters()) EXPECT_FALSE(entry.parameter->has_gradient());
    run.train(3, 9);
    EXPECT_EQ(first_difference(at_9, run.snapshot()), "");
  }
}

TEST(State, OfANewOptimizerResetsAUsedOne) {
  for (const auto& [name, make_optimizer] : optimizers) {
    SCOPED_TRACE(name);
    Training fresh(make_optimizer), used(make_optimizer, 2);
    const Snapshot at_0 = fresh.snapshot();
    used.train(100, 110);
    used.restore(at_0);
    EXPECT_EQ(first_difference(at_0, used.snapshot()), "");
    fresh.train(0, 5);
    used.train(0, 5);
    EXPECT_EQ(first_difference(fresh.snapshot(), used.snapshot()), "");
  }
}

/// Expects that `snapshot` does not fit `objects`, and that the attempt to restore it changes nothing.
template <class... Objects>
void expect_rejected(const Snapshot& snapshot, const std::string& error, Objects&... objects) {
  const Snapshot before(objects...);
  EXPECT_EQ(message<Error>([&] { snapshot.restore(objects...); }), error);
  EXPECT_EQ(first_difference(before, Snapshot(objects...)), "");
}

TEST(State, OfAnotherOptimizerIsRejected) {
  const auto expect = [](const Make& saved, const Make& other, const std::string& error) {
    Training from(saved), to(other, 2);
    from.train(0, 4);
    to.train(0, 2);
    expect_rejected(from.snapshot(), error, to.model, *to.optimizer, to.ema, to.plateau);
  };
  const auto on_the_head = [](Layer& model) {
    return std::make_unique<SGD>(named(model.parameters(), "3"), SGDOptions{.learning_rate = 0.125});
  };
  const auto other_groups = [](Layer& model) {
    const auto body = not_named(model.parameters(), "3"), head = named(model.parameters(), "3");
    return std::make_unique<SGD>(ParameterGroups<SGDOptions>{{body, {.weight_decay = 0.01}}, {head, {}}});
  };
  const auto one_group = make<SGD>(SGDOptions{.weight_decay = 0.01});
  expect(sgd, adam, "Snapshot: expected 1.type to be SGD, got Adam.");
  expect(adam, make<AdamW>(AdamWOptions{}), "Snapshot: expected 1.type to be Adam, got AdamW.");
  expect(sgd, on_the_head, "Snapshot: expected 1.parameter.0 to be 0.weight, got 3.weight.");
  expect(two_groups, other_groups, "Snapshot: expected 1.group.0.parameters to be 2, got 4.");
  expect(two_groups, one_group, "Snapshot: expected 1.group.0.parameters to be 2, got 6.");
  expect(sgd, one_group, "Snapshot: expected 1.group.0.weight_decay to be 0, got 0.01.");
  expect(adam, make<Adam>(AdamOptions{.amsgrad = true}), "Snapshot: expected 1.group.0.amsgrad to be false, got true.");
  expect(make<RMSprop>(RMSpropOptions{}), make<RMSprop>(RMSpropOptions{.centered = true}),
         "Snapshot: expected 1.group.0.centered to be false, got true.");
}

TEST(State, OfAnotherModelIsRejected) {
  Training run(adam);
  run.train(0, 4);
  const Snapshot whole = run.snapshot(), optimizer_alone(*run.optimizer), ema_alone(run.ema);
  Rng rng{2};
  Sequential model{Dense(6, 4, rng), BatchNorm1d(4), Tanh(), Dense(4, 3, rng)};
  const auto optimizer = adam(model);
  EMA ema{model, {.decay = 0.75, .warm_up = true}};
  ReduceLROnPlateau plateau{*optimizer, {.factor = 0.5, .patience = 1, .cooldown = 1}};
  const Snapshot before(model, *optimizer, ema, plateau);
  const std::string error = message<Error>([&] { whole.restore(model, *optimizer, ema, plateau); });
  EXPECT_EQ(error.rfind("Snapshot: expected 0.0.layer to be Dense", 0), 0u) << error;
  EXPECT_EQ(first_difference(before, Snapshot(model, *optimizer, ema, plateau)), "");
  expect_rejected(optimizer_alone, "Snapshot: expected 0.m.0.weight of shape (5, 6), got (4, 6).", *optimizer);
  expect_rejected(ema_alone, "Snapshot: expected 0.average.0.weight of shape (5, 6), got (4, 6).", ema);
}

TEST(State, OfOtherObjectsIsRejected) {
  Training run(sgd);
  EMA slow(run.model, {.decay = 0.875, .warm_up = true}), no_warm_up(run.model, {.decay = 0.75});
  ReduceLROnPlateau patient(*run.optimizer, {.factor = 0.5, .patience = 2, .cooldown = 1});
  expect_rejected(Snapshot(run.ema), "Snapshot: expected 0.decay to be 0.75, got 0.875.", slow);
  expect_rejected(Snapshot(run.ema), "Snapshot: expected 0.warm_up to be true, got false.", no_warm_up);
  expect_rejected(Snapshot(run.plateau), "Snapshot: expected 0.patience to be 1, got 2.", patient);
  expect_rejected(Snapshot(run.plateau), "Snapshot: expected 0.type to be ReduceLROnPlateau, got EMA.", run.ema);
  expect_rejected(Snapshot(run.plateau, run.ema),
                  "Snapshot: expected the objects that were saved, with 1.type, got nothing more.", run.plateau);
  expect_rejected(Snapshot(run.plateau),
                  "Snapshot: expected the objects that were saved, with nothing more, got 1.type.", run.plateau,
                  run.ema);
}

TEST(State, IsNotVisitedWhileAveragesAreSwappedIn) {
  Training run(sgd);
  run.train(0, 3);
  const Snapshot at_3 = run.snapshot();
  run.train(3, 5);
  const Snapshot at_5 = run.snapshot();
  const std::string error =
      "EMA: expected visit_state while the averages are not swapped in, got it while they are. Destroy the result of "
      "swap_in() first.";
  {
    const auto averaged = run.ema.swap_in();
    EXPECT_EQ(message<Error>([&] { run.snapshot(); }), error);
    EXPECT_EQ(message<Error>([&] { run.restore(at_3); }), error);
  }
  EXPECT_EQ(first_difference(at_5, run.snapshot()), "");
}

}  // namespace
}  // namespace minnow
