// Counts the allocations of all threads while a model trains: the second epoch must not allocate. With more than one
// thread OpenBLAS 0.3.21 allocates temporary memory for each parallel product; these allocations are counted
// separately.

#include <minnow/minnow.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <tuple>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <malloc.h>

namespace {
std::atomic<bool> counting{false};
std::atomic<std::size_t> allocations{0}, openblas_allocations{0};

void count(void* caller) {
  if (!counting.load(std::memory_order_relaxed)) return;
  Dl_info info{};
  const bool openblas = dladdr(caller, &info) != 0 && std::strstr(info.dli_fname, "openblas") != nullptr;
  ++(openblas ? openblas_allocations : allocations);
}
}  // namespace

// The C library's allocation functions, under the names that remain if a program replaces the functions.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_realloc(p, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t size) {
  count(__builtin_return_address(0));
  *p = __libc_memalign(alignment, size);
  return *p == nullptr ? ENOMEM : 0;
}
}

// In libstdc++ every operator new calls malloc or aligned_alloc above; the first test checks it.

namespace minnow {
namespace {

std::size_t count_during(const std::function<void()>& action) {
  allocations = openblas_allocations = 0;
  counting = true;
  action();
  counting = false;
  return allocations;
}

TEST(Counter, CountsEveryKindOfAllocation) {
  void* volatile p = nullptr;
  const auto is_counted = [&](const std::function<void()>& allocate) { return count_during(allocate) >= 1; };
  EXPECT_TRUE(is_counted([&] { p = std::malloc(100); }));
  EXPECT_TRUE(is_counted([&] { p = std::realloc(p, 100000); }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] { p = std::calloc(10, 10); }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] { p = std::aligned_alloc(64, 640); }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] {
    void* q = nullptr;
    EXPECT_EQ(posix_memalign(&q, 64, 640), 0);
    p = q;
  }));
  std::free(p);
  EXPECT_TRUE(is_counted([&] { p = ::operator new(100); }));
  ::operator delete(p);
  EXPECT_TRUE(is_counted([&] { p = ::operator new (100, std::align_val_t{64}); }));
  ::operator delete (p, std::align_val_t{64});
  EXPECT_TRUE(is_counted([] { Tensor tensor = zeros({3, 3}); }));
  EXPECT_EQ(count_during([] {}), 0u);
}

/// Runs one epoch and a validation pass.
void run_epoch(Sequential& model, CrossEntropyLoss& loss, Optimizer& optimizer, DataLoader& loader,
               DataLoader& validation) {
  for (const Batch& batch : loader) {
    loss.forward(model.forward(batch.inputs), batch.targets);
    model.backward(loss.backward());
    optimizer.step();
  }
  for (const Batch& batch : validation) loss.forward(model.predict(batch.inputs), batch.targets);
}

TensorDataset random_dataset(std::size_t n, Rng rng) {
  Tensor inputs = zeros({n, 3, 8, 8}), targets = zeros({n});
  for (Real& value : inputs) value = static_cast<Real>(rng.normal());
  for (Real& value : targets) value = static_cast<Real>(rng.below(4));
  return {std::move(inputs), std::move(targets)};
}

class Training : public ::testing::TestWithParam<std::tuple<bool, int>> {};  // prefetch, threads

TEST_P(Training, DoesNotAllocateInTheSecondEpoch) {
  const auto [prefetch, threads] = GetParam();
  set_threads(threads);
  Rng rng{1};
  const TensorDataset train = random_dataset(200, rng.split()), held_out = random_dataset(90, rng.split());
  Sequential model{Flatten(), Dense(192, 64, rng), ReLU(),    Dense(64, 32, rng),
                   Tanh(),    Dense(32, 16, rng),  Sigmoid(), Dense(16, 4, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01, .momentum = 0.9, .weight_decay = 1e-4, .nesterov = true}};
  DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split(), .prefetch = prefetch}};  // 64, 64, 64, 8
  DataLoader validation{held_out, {.batch_size = 40, .prefetch = prefetch}};                   // 40, 40, 10
  run_epoch(model, loss, sgd, loader, validation);
  EXPECT_EQ(count_during([&] { run_epoch(model, loss, sgd, loader, validation); }), 0u);
  if (threads == 1) {
    EXPECT_EQ(openblas_allocations, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(PrefetchAndThreads, Training, ::testing::Combine(::testing::Bool(), ::testing::Values(1, 2)));

class Convolutions : public ::testing::TestWithParam<std::tuple<std::size_t, int>> {};  // workers, threads

TEST_P(Convolutions, DoNotAllocateInTheSecondEpoch) {
  const auto [workers, threads] = GetParam();
  set_threads(threads);
  Rng rng{1};
  const TensorDataset train = random_dataset(200, rng.split()), held_out = random_dataset(90, rng.split());
  Sequential model{Conv2d(3, 12, 3, rng, {.padding = 1, .bias = false}),
                   BatchNorm2d(12),
                   ReLU(),
                   MaxPool2d(2),
                   Residual(Sequential{Conv2d(12, 12, 3, rng, {.padding = Padding2d::same()}), ReLU()}),
                   Conv2d(12, 8, 3, rng, {.stride = 2, .padding = 1, .groups = 2}),
                   GELU(),
                   AvgPool2d(2, {.stride = 1}),
                   MaxPool2d(1),
                   GlobalAvgPool2d(),
                   Dropout(0.2, rng),
                   Dense(8, 4, rng)};
  CrossEntropyLoss loss;
  AdamW adamw{no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.weight_decay = 0.1})};
  adamw.set_schedule(one_cycle({.total_steps = 100}));
  DataLoader loader{train,
                    {.batch_size = 64,
                     .shuffle = rng.split(),
                     .prefetch = workers > 0,
                     .workers = std::max<std::size_t>(workers, 1),
                     .augment = Augmentation{rng.split(), {augment::Flip(), augment::ShiftedCrop(1)}}}};
  DataLoader validation{held_out, {.batch_size = 40}};
  run_epoch(model, loss, adamw, loader, validation);
  EXPECT_EQ(count_during([&] { run_epoch(model, loss, adamw, loader, validation); }), 0u);
}

INSTANTIATE_TEST_SUITE_P(WorkersAndThreads, Convolutions,
                         ::testing::Combine(::testing::Values(0, 1, 2), ::testing::Values(1, 2)));

TEST(NormsAndBranches, DoNotAllocateInTheSecondEpoch) {
  Rng rng{1};
  const TensorDataset train = random_dataset(200, rng.split()), held_out = random_dataset(90, rng.split());
  Sequential model{BatchNorm2d(3),
                   Residual(Sequential{BatchNorm2d(3), ReLU()}),
                   Concat{Sequential{BatchNorm2d(3), Tanh()}, BatchNorm2d(3)},
                   Flatten(),
                   Dense(384, 16, rng),
                   BatchNorm1d(16),
                   ReLU(),
                   Residual(Sequential{Dense(16, 8, rng), Tanh()}, Dense(16, 8, rng)),
                   Dense(8, 4, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01}};
  DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split()}}, validation{held_out, {.batch_size = 40}};
  run_epoch(model, loss, sgd, loader, validation);
  EXPECT_EQ(count_during([&] { run_epoch(model, loss, sgd, loader, validation); }), 0u);
}

TEST(DataLoader, AugmentsWithoutAllocationsInTheSecondEpoch) {
  const TensorDataset dataset = random_dataset(200, Rng{1});
  const Augmentation augment{
      Rng{2},
      {augment::Flip(), augment::ShiftedCrop(2, {.reflect = true}), augment::Rotation(10),
       augment::ColourJitter({.brightness = 0.4, .contrast = 0.4, .saturation = 0.4}), augment::Cutout(3)},
      Mixup{.classes = 4}};
  for (const std::size_t workers : {0u, 1u, 2u, 3u}) {
    DataLoader loader{dataset,
                      {.batch_size = 64,
                       .shuffle = Rng{3},
                       .prefetch = workers > 0,
                       .workers = std::max<std::size_t>(workers, 1),
                       .augment = augment,
                       .normalize = Normalization(dataset.inputs())}};
    std::size_t samples = 0;
    const auto epoch = [&] {
      for (const Batch& batch : loader) samples += batch.size();
    };
    epoch();
    EXPECT_EQ(count_during(epoch), 0u) << workers << " workers";
    EXPECT_EQ(samples, 400u);
  }
}

TEST(DataLoader, ReadsASubsetOfASubsetWithoutAllocationsInTheSecondEpoch) {
  const TensorDataset dataset = random_dataset(200, Rng{1});
  const auto [part, rest] = random_split(static_cast<const Dataset&>(dataset), 0.9, Rng{2});
  const Subset inner = random_split(part, 0.5, Rng{3}).first;
  for (const std::size_t workers : {0u, 1u, 2u}) {
    DataLoader loader{
        inner,
        {.batch_size = 16, .shuffle = Rng{3}, .prefetch = workers > 0, .workers = std::max<std::size_t>(workers, 1)}};
    std::size_t samples = 0;
    const auto epoch = [&] {
      for (const Batch& batch : loader) samples += batch.size();
    };
    epoch();
    EXPECT_EQ(count_during(epoch), 0u) << workers << " workers";
    EXPECT_EQ(samples, 180u);
  }
}

TEST(DataLoader, DrawsAndReadsRowsOfATableWithoutAllocationsInTheSecondEpoch) {
  std::string text = "a,b,kind\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + (i % 3 == 0 ? ",\"x\",p\n" : ",y,q\n");
  const auto table = datasets::Table::from_text(text);
  const datasets::TableDataset rows(table, datasets::TableEncoder(table));
  DataLoader loader{rows, {.batch_size = 16, .sampler = WeightedSampler{Rng{3}, balanced_sample_weights(rows)}}};
  std::size_t samples = 0;
  const auto epoch = [&] {
    for (const Batch& batch : loader) samples += batch.size();
  };
  epoch();
  EXPECT_EQ(count_during(epoch), 0u);
  EXPECT_EQ(samples, 200u);
}

TEST(DataLoader, RunsNestedPassesWithoutAllocationsInTheSecondEpoch) {
  const TensorDataset dataset = random_dataset(50, Rng{1});
  for (const std::size_t workers : {0u, 2u}) {
    DataLoader loader{dataset,
                      {.batch_size = 8,
                       .shuffle = Rng{3},
                       .prefetch = workers > 0,
                       .workers = std::max<std::size_t>(workers, 1),
                       .augment = Augmentation{Rng{2}, {augment::Flip()}}}};
    std::size_t samples = 0;
    const auto epoch = [&] {
      for (const Batch& outer : loader)
        if (outer.size() > 0)
          for (const Batch& inner : loader) samples += inner.size();
    };
    epoch();
    EXPECT_EQ(count_during(epoch), 0u) << workers << " workers";
    EXPECT_EQ(samples, 2u * 7 * 50);
  }
}

TEST(AdamW, DoesNotAllocateAfterItsFirstStep) {
  Rng rng{1};
  Sequential model{Dense(192, 64, rng), ReLU(), Dense(64, 4, rng)};
  CrossEntropyLoss loss;
  AdamW adamw{model.parameters(), {.amsgrad = true}};
  const Tensor x = zeros({8, 192}), labels = zeros({8});
  const auto train = [&] {
    loss.forward(model.forward(x), labels);
    model.backward(loss.backward());
    adamw.step();
  };
  train();
  EXPECT_EQ(count_during(train), 0u);
}

TEST(Layers, DoNotAllocateAfterTheLargestBatch) {
  Rng rng{1};
  Sequential model{Embedding(5, 8, rng), LayerNorm(8),      GELU(), Dropout(0.5, rng), Reshape({-1}), Dense(32, 8, rng),
                   LeakyReLU(),          Dropout(0.2, rng), SiLU(), Dense(8, 3, rng),  LogSoftmax()};
  NLLLoss loss;
  const Tensor x = zeros({300, 4}), part = zeros({7, 4}), labels = zeros({300}), part_labels = zeros({7});
  const auto train = [&] {
    for (const auto& [inputs, targets] : {std::pair{&x, &labels}, std::pair{&part, &part_labels}}) {
      loss.forward(model.forward(*inputs), *targets);
      model.backward(loss.backward());
      model.predict(*inputs);
    }
  };
  train();
  EXPECT_EQ(count_during(train), 0u);
}

/// Expects no allocation in steps with two groups, a schedule, clipping, an average and a plateau.
template <class Optimizer, class Options>
void expect_no_allocation_in_a_step(const Options& options) {
  Rng rng{1};
  Sequential model{Dense(192, 300, rng), ReLU(), Dense(300, 4, rng)};
  CrossEntropyLoss loss;
  Optimizer optimizer{no_decay_on_biases_and_norms(model.parameters(), options)};
  optimizer.set_schedule(
      per_epoch(2, sequence({linear_warmup({.total_steps = 2}), one_cycle({.total_steps = 2})}, {2})));
  EMA ema{model};
  ReduceLROnPlateau plateau{optimizer, {.patience = 0}};
  const Tensor x = zeros({8, 192}), labels = zeros({8});
  const auto train = [&] {
    for (int step = 0; step < 6; ++step) {
      loss.forward(model.forward(x), labels);
      model.backward(loss.backward());
      clip_grad_norm(optimizer, 0.1);
      clip_grad_value(optimizer, 0.01);
      optimizer.step();
      ema.update();
      const auto averaged = ema.swap_in();
      plateau.step(1);
    }
  };
  train();
  EXPECT_EQ(count_during(train), 0u);
}

TEST(Optimizers, DoNotAllocateWithSchedulesClippingAndAverages) {
  for (const int threads : {1, 2}) {
    set_threads(threads);
    expect_no_allocation_in_a_step<SGD>(SGDOptions{.momentum = 0.9, .weight_decay = 0.1});
    expect_no_allocation_in_a_step<Adam>(AdamOptions{.amsgrad = true});
    expect_no_allocation_in_a_step<AdamW>(AdamWOptions{});
    expect_no_allocation_in_a_step<RMSprop>(RMSpropOptions{.momentum = 0.5, .centered = true});
  }
}

TEST(Metrics, AddABatchWithoutAllocations) {
  ConfusionMatrix matrix({"a", "b", "c"});
  TopKAccuracy top_two(2);
  ProbabilityScores scores;
  Calibration calibration;
  Accuracy accuracy;
  BinaryAccuracy binary({.threshold = 0});
  Accuracy exact({.threshold = 0});
  MultilabelConfusionMatrix labels({"a", "b", "c"}, 0);
  Metric metric = metrics::accuracy();
  const Tensor p{{0.5, 0.25, 0.25}, {0, 0, 1}}, targets{0, 1}, multi_hot{{1, 1, 0}, {0, 0, 0}};
  const Tensor positions = zeros({2, 3, 4, 5}), position_targets = zeros({2, 4, 5});
  EXPECT_EQ(count_during([&] {
              matrix.add(p, targets);
              top_two.add(p, targets);
              scores.add(p, targets);
              calibration.add(p, targets);
              accuracy.add(p, targets);
              accuracy.add(p, p);
              exact.add(p, multi_hot);
              labels.add(p, multi_hot);
              accuracy.add(positions, position_targets);
              binary.add(p, p);
              metric.add(p, targets);
            }),
            0u);
}

/// Expects no allocation in the second pass over batches of different sizes, with and without sample weights.
void expect_no_allocation(Loss& loss, const Tensor& prediction, const Tensor& target) {
  const auto first_rows = [](const Tensor& tensor, std::size_t rows) {
    Shape shape = tensor.shape();
    shape[0] = rows;
    return from({tensor.data(), num_elements(shape)}, shape);
  };
  const std::size_t n = prediction.shape()[0];
  const Tensor part = first_rows(prediction, n / 2), part_target = first_rows(target, n / 2);
  Tensor weights = zeros({n});
  weights.fill(Real{0.5});
  const auto pass = [&] {
    loss.forward(prediction, target, weights);
    loss.forward(part, part_target);
    loss.forward(prediction, target);
    loss.backward();
  };
  pass();
  EXPECT_EQ(count_during(pass), 0u) << loss.name();
}

TEST(Losses, DoNotAllocateAfterTheLargestBatch) {
  const Shape wide{32, 300}, narrow{32, 4}, positions{8, 4, 9};
  Rng rng{1};
  const auto scores = [&](const Shape& shape) {
    Tensor x = zeros(shape);
    for (Real& value : x) value = static_cast<Real>(rng.normal());
    return x;
  };
  const Tensor labels = zeros({32}), position_labels = zeros({8, 9});
  Tensor weight = zeros({4});
  weight.fill(Real{0.5});
  CrossEntropyLoss plain, weighted({.weight = weight, .ignore_index = 1}),
      smooth({.weight = weight, .label_smoothing = 0.1});
  expect_no_allocation(plain, scores(wide), labels);
  for (CrossEntropyLoss* loss : {&plain, &weighted, &smooth}) {
    expect_no_allocation(*loss, scores(narrow), labels);
    expect_no_allocation(*loss, scores(narrow), softmax(scores(narrow)));
    expect_no_allocation(*loss, scores(positions), position_labels);
  }
  const Tensor x = scores(narrow), p = softmax(scores(narrow)), log_p = log_softmax(x);
  NLLLoss nll({.weight = weight});
  FocalLoss focal({.weight = weight});
  MultiMarginLoss margin({.weight = weight});
  for (Loss* loss : std::initializer_list<Loss*>{&nll, &focal, &margin}) expect_no_allocation(*loss, log_p, labels);
  BCELoss bce({.weight = weight});
  BCEWithLogitsLoss with_logits({.weight = weight, .pos_weight = weight});
  SigmoidFocalLoss sigmoid_focal;
  KLDivLoss kl, kl_log({.log_target = true});
  MSELoss mse;
  L1Loss l1;
  HuberLoss huber;
  SmoothL1Loss smooth_l1;
  expect_no_allocation(bce, p, p);
  expect_no_allocation(kl_log, log_p, log_p);
  for (Loss* loss : std::initializer_list<Loss*>{&with_logits, &sigmoid_focal, &kl, &mse, &l1, &huber, &smooth_l1})
    expect_no_allocation(*loss, x, p);
  CosineEmbeddingLoss cosine;
  Tensor alike = zeros({32});
  alike.fill(1);
  expect_no_allocation(cosine, scores({32, 2, 5}), alike);
}

TEST(Fit, DoesNotAllocateFromTheSecondEpochToTheLast) {
  Rng rng{1};
  const TensorDataset train = random_dataset(200, rng.split());
  Sequential model{Flatten(), Dense(192, 16, rng), BatchNorm1d(16),
                   Residual(Sequential{ReLU(), Residual(Sequential{Dense(16, 16, rng), Dropout(0.5, rng)})}),
                   Dense(16, 4, rng)};
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.01}};
  DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split()}};
  fit(model, loss, sgd, loader,
      {.epochs = 4,
       .metrics = {metrics::accuracy(), metrics::top_k_accuracy(2)},
       .on_step = [](const Progress& p) { EXPECT_LE(p["accuracy"], p["top-2 accuracy"]); },
       .on_epoch =
           [](const Progress& p) {
             if (p.epoch == 1) allocations = 0, counting = true;
             if (p.epoch == 4) counting = false;
             return true;
           }});
  EXPECT_EQ(allocations, 0u);
}

/// Starts to count after the first batch, and stops when its value is read after the last.
struct CountAfterTheFirstBatch {
  void add(const Tensor&, const Tensor&) {
    if (++batches == 1) allocations = 0, counting = true;
  }
  double value() const {
    counting = false;
    return batches;
  }
  int batches = 0;
};

TEST(Evaluate, TakesNoMemoryAfterTheFirstBatch) {
  Rng rng{1};
  const TensorDataset held_out = random_dataset(200, rng.split());
  CrossEntropyLoss loss;
  DataLoader loader{held_out, {.batch_size = 64}};  // 64, 64, 64, 8
  Sequential convolutional{Conv2d(3, 12, 3, rng, {.padding = 1, .bias = false}),
                           BatchNorm2d(12),
                           ReLU(),
                           MaxPool2d(2),
                           GlobalAvgPool2d(),
                           Dropout(0.2, rng),
                           Dense(12, 4, rng)};
  Sequential dense{Flatten(), Dense(192, 16, rng), ReLU(), Dense(16, 4, rng)};
  for (Layer* model : std::initializer_list<Layer*>{&convolutional, &dense}) {
    EXPECT_EQ(
        evaluate(*model, loss, loader, {metrics::accuracy(), Metric("batches", CountAfterTheFirstBatch())})["batches"],
        4);
    EXPECT_EQ(allocations, 0u) << model->name();
  }
}

}  // namespace
}  // namespace minnow
