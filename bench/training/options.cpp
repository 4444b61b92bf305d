// What early stopping, a weighted sampler, gradient accumulation and the finder of learning rates change, on MNIST and
// on photographs.
//   minnow_training_options MNIST_FOLDER PHOTOGRAPHS_FOLDER

#include <minnow/images.hpp>
#include <minnow/minnow.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

using namespace minnow;

namespace {

const Normalization digits_normalization({0.1307}, {0.3081});

Sequential dense_network(Rng rng, std::size_t hidden) {
  return Sequential{Flatten(), Dense(784, hidden, rng), ReLU(), Dense(hidden, 10, rng)};
}

DataLoader test_loader(const Dataset& data) {
  return DataLoader(data, {.batch_size = 500, .normalize = digits_normalization});
}

double seconds_of(const History& history) { return history.at(history.size() - 1, "seconds"); }

/// 1,000 digits, a fifth of them for validation: a network that overfits.
void show_early_stopping(const TensorDataset& train, const TensorDataset& test) {
  std::printf("\nEarly stopping: 1,000 digits, 784-512-10, AdamW, seeds 1 to 5\n");
  std::printf("%-36s %8s %10s %10s\n", "", "epochs", "test loss", "accuracy");
  for (const bool stops : {false, true}) {
    double epochs = 0, loss_sum = 0, accuracy = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Rng rng{seed};
      std::vector<std::size_t> few(1000);
      for (std::size_t i = 0; i < few.size(); ++i) few[i] = 7 * i;
      const Subset some(train, few);
      const auto [part, held_out] = random_split(some, 0.8, rng.split(), {.stratified = true});
      Sequential model = dense_network(rng.split(), 512);
      CrossEntropyLoss loss;
      AdamW adam(model.parameters(), {.learning_rate = 1e-3});
      DataLoader loader(part, {.batch_size = 32, .shuffle = rng.split(), .normalize = digits_normalization});
      DataLoader validation = test_loader(held_out);
      FitOptions options{.epochs = 100, .validation = {.loader = &validation}};
      if (stops) options.early_stopping = EarlyStopping{.patience = 5};
      epochs += static_cast<double>(fit(model, loss, adam, loader, options).size()) / 5;
      DataLoader all = test_loader(test);
      const Evaluation result = evaluate(model, loss, all, {metrics::accuracy()});
      loss_sum += result.loss / 5;
      accuracy += 20 * result["accuracy"];
    }
    std::printf("%-36s %8.1f %10.4f %9.2f%%\n", stops ? "patience 5, best weights restored" : "100 epochs", epochs,
                loss_sum, accuracy);
  }
}

/// 20 samples of each of the digits 5 to 9, and all of 0 to 4.
void show_weighted_sampler(const TensorDataset& train, const TensorDataset& test) {
  std::printf("\nRare classes: about 1,000 of each digit 0 to 4, 20 of each digit 5 to 9, 784-128-10, seeds 1 to 5\n");
  std::printf("%-36s %14s %14s\n", "", "recall of 0-4", "recall of 5-9");
  std::vector<std::size_t> kept, counts(10);
  for (std::size_t i = 0; i < train.size(); ++i) {
    const auto label = static_cast<std::size_t>(train.targets()(i));
    if (label < 5 || counts[label]++ < 20) kept.push_back(i);
  }
  const Subset rare(train, kept);
  const char* const names[] = {"all samples equally often", "WeightedSampler, balanced", "class weights in the loss"};
  for (int kind = 0; kind < 3; ++kind) {
    double common = 0, seldom = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Rng rng{seed};
      Sequential model = dense_network(rng.split(), 128);
      CrossEntropyLoss loss(kind == 2 ? CrossEntropyOptions{.weight = balanced_class_weights(rare, 10)}
                                      : CrossEntropyOptions{});
      AdamW adam(model.parameters(), {.learning_rate = 1e-3});
      DataLoaderOptions loading{.batch_size = 64, .normalize = digits_normalization};
      if (kind == 1)
        loading.sampler = WeightedSampler{rng.split(), balanced_sample_weights(rare)};
      else
        loading.shuffle = rng.split();
      DataLoader loader(rare, loading), all = test_loader(test);
      fit(model, loss, adam, loader, {.epochs = 10});
      const ConfusionMatrix matrix = confusion_matrix(model, all, std::vector<std::string>(10, ""));
      for (std::size_t c = 0; c < 10; ++c)
        (c < 5 ? common : seldom) += 100 * precision_recall_f1(matrix, c).recall / 25;
    }
    std::printf("%-36s %13.2f%% %13.2f%%\n", names[kind], common, seldom);
  }
}

/// Returns a line of /proc/self/status in MB, "VmHWM", and can set the peak to the present memory.
double peak_megabytes() {
  std::ifstream file("/proc/self/status");
  for (std::string key; file >> key;) {
    double kilobytes = 0;
    if (key == "VmHWM:" && file >> kilobytes) return kilobytes / 1e3;
  }
  return 0;
}
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// A convolutional network on photographs, 128 pixels wide.
void show_accumulation(const std::string& folder) {
  const datasets::ImageFolder photographs = datasets::read_image_folder(folder, {.size = 128}, Rng{1});
  std::vector<std::size_t> some(512);
  for (std::size_t i = 0; i < some.size(); ++i) some[i] = 6 * i;
  const Subset train(photographs.train, some);
  std::printf(
      "\nAccumulation: 512 photographs of 128 pixels, two convolutions without BatchNorm, one epoch of 2 steps\n");
  std::printf("%-36s %14s %12s %10s\n", "", "loss", "memory", "time");
  for (const std::size_t parts : {1u, 8u}) {
    Rng rng{3};
    Sequential model{Conv2d(3, 32, 3, rng, {.padding = 1}),
                     ReLU(),
                     MaxPool2d(2),
                     Conv2d(32, 64, 3, rng, {.padding = 1}),
                     ReLU(),
                     MaxPool2d(2),
                     GlobalAvgPool2d(),
                     Dense(64, 4, rng)};
    CrossEntropyLoss loss;
    SGD sgd(model.parameters(), {.learning_rate = 0.05, .momentum = 0.9});
    DataLoader loader(train, {.batch_size = 256 / parts, .shuffle = rng.split()});
    reset_peak();
    const double before = peak_megabytes();
    const History history = fit(model, loss, sgd, loader, {.epochs = 2, .accumulate = parts});
    const std::string name = parts == 1 ? "batch 256" : "batch 32, accumulate 8";
    std::printf("%-36s %14.8f %9.0f MB %8.1f s\n", name.c_str(), history.at(1, "loss"), peak_megabytes() - before,
                seconds_of(history));
  }
}

void show_learning_rates(const TensorDataset& train, const TensorDataset& test) {
  std::printf("\nLearning rate: 784-128-10, SGD with momentum 0.9, one-cycle schedule of 5 epochs, 10,000 digits\n");
  std::printf("%-36s %12s %10s\n", "", "rate", "accuracy");
  Rng rng{1};
  double suggestion = 0;
  for (const double factor : {1.0, 0.01, 0.1, 10.0, 100.0}) {
    Sequential model = dense_network(Rng{2}, 128);
    CrossEntropyLoss loss;
    SGD sgd(model.parameters(), {.momentum = 0.9});
    DataLoader loader(train, {.batch_size = 64, .shuffle = Rng{3}, .normalize = digits_normalization});
    DataLoader all = test_loader(test);
    if (suggestion == 0) {
      const auto start = std::chrono::steady_clock::now();
      suggestion = find_learning_rate(model, loss, sgd, loader).suggestion;
      std::printf("find_learning_rate took %.2f s\n",
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    sgd.set_learning_rate(factor * suggestion);
    sgd.set_schedule(one_cycle({.total_steps = 5 * loader.size()}));
    const std::string name = factor == 1 ? "the suggestion" : "";
    try {
      fit(model, loss, sgd, loader, {.epochs = 5});
      std::printf("%-36s %12.2e %9.2f%%\n", name.c_str(), factor * suggestion,
                  100 * evaluate(model, loss, all, {metrics::accuracy()})["accuracy"]);
    } catch (const NonFiniteError&) {
      std::printf("%-36s %12.2e %10s\n", name.c_str(), factor * suggestion, "diverges");
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return std::fputs("usage: minnow_training_options MNIST_FOLDER PHOTOGRAPHS_FOLDER\n", stderr), 2;
  const datasets::MnistSplit digits = datasets::mnist(argv[1]);
  show_early_stopping(digits.train, digits.test);
  show_weighted_sampler(digits.train, digits.test);
  show_learning_rates(digits.train, digits.test);
  show_accumulation(argv[2]);
} catch (const std::exception& error) {
  std::fprintf(stderr, "minnow_training_options: %s\n", error.what());
  return 1;
}
