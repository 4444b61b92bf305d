#pragma once

#include <minnow/minnow.hpp>

#include <algorithm>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION::testing {

inline const TensorDataset& images() {
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

}  // namespace minnow::inline MINNOW_PRECISION::testing
