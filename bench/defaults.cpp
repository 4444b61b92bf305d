// Compares initialisations of Dense and Conv2d on seven small tasks, and prints the table of docs/pytorch.md.
// usage: minnow_defaults MNIST_FOLDER
// Every scheme is trained with four learning rates. The table shows the error on test data at the scheme's best rate,
// the mean over the seeds and its standard error.

#include <minnow/images.hpp>
#include <minnow/minnow.hpp>

#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace minnow;

namespace {

struct Scheme {
  const char* name;
  Init init;
  bool random_biases;  // replaces biases of 0 by those of Init::pytorch
};
const std::vector<Scheme> schemes{{"he", Init::he, false},
                                  {"xavier", Init::xavier, false},
                                  {"pytorch", Init::pytorch, false},
                                  {"he, random biases", Init::he, true}};

struct Data {
  TensorDataset train, test;
  std::optional<Normalization> normalization = std::nullopt;
};

using MakeModel = std::function<Sequential(Init, Rng&)>;

enum class Method { sgd, adam };  // sgd with momentum 0.9
/// Errors on the test data: percent of samples, percent of seeds with a wrong sample, or the root mean squared error.
enum class Measure { error_rate, unsolved, root_mean_square };

struct Task {
  const char* name;
  const Data& data;
  MakeModel make;
  std::size_t epochs, batch_size;
  std::uint64_t seeds;
  std::vector<double> rates;
  Method optimizer = Method::sgd;
  Measure measure = Measure::error_rate;
};

void draw_biases(Sequential& model, Rng& rng) {
  std::size_t fan_in = 0;
  for (const NamedTensor& entry : model.parameters())
    if (entry.value->dimension() > 1)
      fan_in = init::fans(entry.value->shape()).in;
    else
      init_bias(*entry.value, Init::pytorch, fan_in, rng);
}

/// Trains one model and returns its error on the test data.
double train(const Task& task, const Scheme& scheme, double rate, std::uint64_t seed) {
  const bool regression = task.measure == Measure::root_mean_square;
  Rng rng{seed};
  Sequential model = task.make(scheme.init, rng);
  if (scheme.random_biases) draw_biases(model, rng);
  DataLoader loader{task.data.train,
                    {.batch_size = task.batch_size, .shuffle = Rng{seed + 1000}, .normalize = task.data.normalization}};
  DataLoader test{task.data.test, {.batch_size = 500, .normalize = task.data.normalization}};
  CrossEntropyLoss cross_entropy;
  MSELoss squared;
  Loss& loss = regression ? static_cast<Loss&>(squared) : cross_entropy;
  try {
    if (task.optimizer == Method::adam) {
      Adam adam{model.parameters(), {.learning_rate = rate}};
      fit(model, loss, adam, loader, {.epochs = task.epochs});
    } else {
      SGD sgd{model.parameters(), {.learning_rate = rate, .momentum = 0.9}};
      fit(model, loss, sgd, loader, {.epochs = task.epochs});
    }
    if (regression) return std::sqrt(evaluate(model, loss, test).loss);
    const double error = 1 - evaluate(model, loss, test, {metrics::accuracy()})["accuracy"];
    return 100 * (task.measure == Measure::unsolved ? static_cast<double>(error > 0) : error);
  } catch (const NonFiniteError&) {
    return regression ? 1 : 100;  // the training diverged
  }
}

struct Result {
  double mean, standard_error, rate;
};

Result measure(const Task& task, const Scheme& scheme) {
  Result best{INFINITY, 0, 0};
  for (const double rate : task.rates) {
    double sum = 0, squares = 0;
    for (std::uint64_t seed = 1; seed <= task.seeds; ++seed) {
      const double error = train(task, scheme, rate, seed);
      sum += error, squares += error * error;
    }
    const auto n = static_cast<double>(task.seeds);
    const double mean = sum / n, deviation = std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1));
    std::fprintf(stderr, "%s, %s, rate %g: %.4g +- %.2g\n", task.name, scheme.name, rate, mean, deviation);
    if (mean < best.mean) best = {mean, deviation, rate};
  }
  return best;
}

Data xor_data() {
  const TensorDataset all(Tensor{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, Tensor{0, 1, 1, 0});
  return {all, all};
}

TensorDataset sine(std::size_t n) {
  Tensor x = zeros({n, 1}), y = zeros({n, 1});
  for (std::size_t i = 0; i < n; ++i) {
    const double at = -6 + 12 * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    x(i, 0) = static_cast<Real>(at), y(i, 0) = static_cast<Real>(std::sin(at));
  }
  return {x, y};
}

TensorDataset spirals(std::size_t n, Rng rng) {
  Tensor x = zeros({n, 2}), y = zeros({n});
  for (std::size_t i = 0; i < n; ++i) {
    const double t = std::sqrt(rng.uniform()),
                 angle = 3.5 * std::numbers::pi * t + std::numbers::pi * static_cast<double>(i % 2);
    x(i, 0) = static_cast<Real>(2 * t * std::cos(angle) + 0.05 * rng.normal());
    x(i, 1) = static_cast<Real>(2 * t * std::sin(angle) + 0.05 * rng.normal());
    y(i) = static_cast<Real>(i % 2);
  }
  return {x, y};
}

/// Dense layers of these widths with an activation between them.
template <class Activation>
MakeModel dense_net(std::vector<std::size_t> widths) {
  return [widths](Init init, Rng& rng) {
    Sequential model{Flatten()};
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      if (i > 0) model.add(Activation());
      model.add(Dense(widths[i], widths[i + 1], rng, {.init = init}));
    }
    return model;
  };
}

Sequential conv_net(Init init, Rng& rng) {
  return Sequential{Conv2d(1, 8, 3, rng, {.init = init}),
                    ReLU(),
                    MaxPool2d(2),
                    Conv2d(8, 16, 3, rng, {.init = init}),
                    ReLU(),
                    MaxPool2d(2),
                    Flatten(),
                    Dense(400, 10, rng, {.init = init})};
}

void print_row(const Task& task) {
  std::printf("| %s |", task.name);
  for (const Scheme& scheme : schemes) {
    const Result result = measure(task, scheme);
    std::printf(task.measure == Measure::root_mean_square ? " %.4f ± %.4f |" : " %.1f ± %.1f |", result.mean,
                result.standard_error);
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: minnow_defaults MNIST_FOLDER\n"), 2;
  set_threads(1);
  const auto [digits, more_digits] = datasets::mnist(argv[1]);
  const auto [drawn, more_drawn] = datasets::animals({.size = 32, .train = 4000, .test = 2000}, Rng{1});
  const Data corners = xor_data(), curve{sine(256), sine(1000)}, arms{spirals(400, Rng{1}), spirals(2000, Rng{2})},
             mnist{digits, more_digits, Normalization(digits.inputs())},
             animals{drawn, more_drawn, Normalization(drawn.inputs())};
  const MakeModel small = dense_net<ReLU>({2, 8, 2}), tanh = dense_net<Tanh>({1, 32, 32, 1}),
                  planar = dense_net<ReLU>({2, 32, 32, 2}), wide = dense_net<ReLU>({784, 128, 10}),
                  deep = dense_net<ReLU>({784, 64, 64, 64, 64, 64, 64, 64, 64, 10}),
                  colours = dense_net<ReLU>({3072, 256, 64, 4});
  const std::vector<double> low{0.001, 0.003, 0.01, 0.03}, middle{0.003, 0.01, 0.03, 0.1}, high{0.01, 0.03, 0.1, 0.3};
  const std::vector<Task> tasks{
      {"XOR, 2-8-2, ReLU", corners, small, 1000, 4, 100, high, Method::sgd, Measure::unsolved},
      {"sin x, 1-32-32-1, tanh", curve, tanh, 100, 32, 20, middle, Method::adam, Measure::root_mean_square},
      {"two spirals, 2-32-32-2, ReLU", arms, planar, 100, 32, 20, middle, Method::adam},
      {"MNIST, 784-128-10, ReLU", mnist, wide, 3, 64, 10, middle},
      {"MNIST, 784-8x64-10, ReLU", mnist, deep, 3, 64, 10, middle},
      {"MNIST, two convolutions, ReLU", mnist, conv_net, 1, 32, 10, middle},
      {"drawn animals, 3072-256-64-4, ReLU", animals, colours, 5, 64, 10, low}};
  std::printf("| task |");
  for (const Scheme& scheme : schemes) std::printf(" %s |", scheme.name);
  std::printf("\n|---|---:|---:|---:|---:|\n");
  for (const Task& task : tasks) print_row(task);
}
