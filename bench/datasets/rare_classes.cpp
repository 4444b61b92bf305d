// Trains on a table of digits in which five of the ten classes are rare: of the odd digits only one training sample in
// twenty is kept. Prints accuracy and mean recall on balanced test data, with and without a remedy, as means over five
// folds and five seeds. usage: rare_classes digits.csv (written by scripts/make_tables)

#include <minnow/minnow.hpp>

#include <cstdio>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

using namespace minnow;

namespace {

constexpr std::size_t keep = 20, folds = 5, seeds = 5;

struct Scores {
  double accuracy = 0, rare_recall = 0, frequent_recall = 0;
};

/// Returns the rows of the even digits, and one in twenty of those of the odd ones.
std::vector<std::size_t> thinned(const TensorDataset& data, const std::vector<std::size_t>& rows) {
  std::vector<std::size_t> kept, seen(10);
  for (const std::size_t row : rows) {
    const auto digit = static_cast<std::size_t>(data.targets()(row));
    if (digit % 2 == 0 || seen[digit]++ % keep == 0) kept.push_back(row);
  }
  return kept;
}

void train_and_add(const datasets::Table& table, const std::vector<std::size_t>& rows,
                   const std::vector<std::size_t>& test_rows, bool sampler, bool class_weights, Rng rng, Scores& sum) {
  const datasets::TableEncoder encoder(table, rows);
  const TensorDataset train = encoder.encode(table, rows), test = encoder.encode(table, test_rows);
  Sequential model{Dense(encoder.num_features(), 32, rng), ReLU(), Dense(32, encoder.num_outputs(), rng)};
  DataLoaderOptions options{.batch_size = 32};
  if (sampler)
    options.sampler = WeightedSampler{rng.split(), balanced_sample_weights(train)};
  else
    options.shuffle = rng.split();
  DataLoader loader{train, options}, test_loader{test, {.batch_size = 512}};
  AdamW optimizer{model.parameters(), {.learning_rate = 0.003, .weight_decay = 0.1}};
  CrossEntropyOptions loss_options;
  if (class_weights) loss_options.weight = balanced_class_weights(train, encoder.num_outputs());
  CrossEntropyLoss loss(loss_options);
  fit(model, loss, optimizer, loader, {.epochs = 50});
  const ConfusionMatrix matrix = confusion_matrix(model, test_loader, encoder.class_names());
  sum.accuracy += matrix.accuracy() / (folds * seeds);
  for (std::size_t digit = 0; digit < 10; ++digit)
    (digit % 2 == 0 ? sum.frequent_recall : sum.rare_recall) +=
        precision_recall_f1(matrix, digit).recall / (5 * folds * seeds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: rare_classes digits.csv\n", stderr), 2;
  const datasets::Table table{argv[1]};
  const TensorDataset data = datasets::TableEncoder(table).encode(table);
  std::printf("%-26s %9s %14s %18s\n", "", "accuracy", "recall of rare", "recall of frequent");
  for (const auto& [name, sampler, class_weights] :
       {std::tuple("shuffled", false, false), std::tuple("WeightedSampler", true, false),
        std::tuple("balanced_class_weights", false, true)}) {
    Scores mean;
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
      for (const Fold& fold : k_folds(data, folds, Rng{seed}, {.stratified = true}))
        train_and_add(table, thinned(data, fold.train), fold.test, sampler, class_weights, Rng{seed}, mean);
    std::printf("%-26s %9.3f %14.3f %18.3f\n", name, mean.accuracy, mean.rare_recall, mean.frequent_recall);
  }
}
