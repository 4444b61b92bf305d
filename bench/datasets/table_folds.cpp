// Trains a multilayer perceptron on the five folds of a table, and prints the accuracy, or R squared for regression, of
// each fold. scripts/compare_tables compares it with scikit-learn. usage:
//   table_folds FILE.csv folds SEED          prints the fold of each row
//   table_folds FILE.csv 64,32 SEED          prints the score of each fold

#include <minnow/minnow.hpp>

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

using namespace minnow;

namespace {

std::vector<Fold> folds_of(const datasets::Table& table, std::uint64_t seed) {
  const datasets::TableDataset rows(table, datasets::TableEncoder(table));  // for the classes
  return k_folds(rows, 5, Rng{seed}, {.stratified = !rows.class_names().empty()});
}

Sequential perceptron(std::size_t inputs, const std::vector<std::size_t>& widths, std::size_t outputs, Rng& rng) {
  Sequential model;
  for (const std::size_t width : widths) {
    model.add(Dense(inputs, width, rng));
    model.add(ReLU());
    inputs = width;
  }
  model.add(Dense(inputs, outputs, rng));
  return model;
}

/// Returns 1 - (mean squared error) / (variance of the targets).
double r_squared(const Sequential& model, const TensorDataset& test) {
  const Tensor predicted = model.predict(test.inputs());
  const double n = static_cast<double>(test.size());
  double mean = 0, error = 0, variance = 0;
  for (const Real y : test.targets()) mean += static_cast<double>(y) / n;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const double y = static_cast<double>(test.targets()(i, 0)), p = static_cast<double>(predicted(i, 0));
    error += (y - p) * (y - p);
    variance += (y - mean) * (y - mean);
  }
  return 1 - error / variance;
}

double score(const datasets::Table& table, const Fold& fold, const std::vector<std::size_t>& widths, Rng rng) {
  const datasets::TableEncoder encoder(table, fold.train);
  const TensorDataset train = encoder.encode(table, fold.train), test = encoder.encode(table, fold.test);
  const bool classifies = !encoder.class_names().empty();
  Sequential model = perceptron(encoder.num_features(), widths, encoder.num_outputs(), rng);
  DataLoader loader{train, {.batch_size = 32, .shuffle = rng.split()}};
  constexpr std::size_t epochs = 100;
  AdamW optimizer{model.parameters(), {.learning_rate = 0.01, .weight_decay = 1}};
  optimizer.set_schedule(cosine_annealing({.total_steps = epochs * loader.size()}));
  CrossEntropyLoss cross_entropy;
  MSELoss squares;
  Loss& loss = classifies ? static_cast<Loss&>(cross_entropy) : squares;
  fit(model, loss, optimizer, loader, {.epochs = epochs});
  if (!classifies) return r_squared(model, test);
  DataLoader test_loader{test, {.batch_size = 256}};
  return evaluate(model, loss, test_loader, {metrics::accuracy()})["accuracy"];
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) return std::fputs("usage: table_folds FILE.csv WIDTHS|folds SEED\n", stderr), 2;
  const datasets::Table table{argv[1]};
  const std::uint64_t seed = std::stoull(argv[3]);
  const std::vector<Fold> folds = folds_of(table, seed);
  if (std::string(argv[2]) == "folds") {
    std::vector<std::size_t> fold_of(table.size());
    for (std::size_t f = 0; f < folds.size(); ++f)
      for (const std::size_t row : folds[f].test) fold_of[row] = f;
    for (const std::size_t f : fold_of) std::printf("%zu\n", f);
    return 0;
  }
  std::vector<std::size_t> widths;
  std::istringstream list(argv[2]);
  for (std::string width; std::getline(list, width, ',');) widths.push_back(std::stoul(width));
  for (const Fold& fold : folds) std::printf("%.6f\n", score(table, fold, widths, Rng{seed}));
} catch (const std::exception& error) {
  std::fprintf(stderr, "table_folds: %s\n", error.what());
  return 1;
}
