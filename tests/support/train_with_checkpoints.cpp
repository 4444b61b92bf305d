// Trains a small model with a checkpoint after every third step, and resumes what it finds in the folder:
//   train_with_checkpoints dense|cnn FOLDER
// Prints "step N" after each step, and "end HASH" with a hash of the state and of the history at the end.

#include <minnow/minnow.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

using namespace minnow;

namespace {

constexpr std::size_t checkpoint_interval = 3;

Sequential make_model(bool convolves, Rng& rng) {
  if (!convolves) return Sequential{Flatten(), Dense(3 * 16 * 16, 8, rng), ReLU(), Dropout(0.2, rng), Dense(8, 4, rng)};
  return Sequential{Conv2d(3, 6, 3, rng, {.padding = 1}),
                    BatchNorm2d(6),
                    ReLU(),
                    MaxPool2d(2),
                    Dropout(0.2, rng),
                    GlobalAvgPool2d(),
                    Dense(6, 4, rng)};
}

class Hash {
 public:
  void add(const void* data, std::size_t size) {  // FNV-1a
    for (std::size_t i = 0; i < size; ++i)
      hash_ = (hash_ ^ static_cast<const unsigned char*>(data)[i]) * 1099511628211u;
  }
  void add(const History& history) {
    for (const std::string& column : history.columns())
      for (const double value : history.column(column))
        if (column != "samples/s" && column != "seconds") add(&value, sizeof value);
  }
  void add(const Snapshot& snapshot) {
    for (const Snapshot::Entry& entry : snapshot.entries()) {
      if (const auto* tensor = std::get_if<FixedTensor>(&entry.value))
        add(tensor->data(), tensor->size() * sizeof(Real));
      if (const auto* integer = std::get_if<std::uint64_t>(&entry.value)) add(integer, sizeof *integer);
      if (const auto* real = std::get_if<double>(&entry.value)) add(real, sizeof *real);
    }
  }
  unsigned long long value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037u;
};

void train(bool convolves, const char* folder) {
  Rng rng{5};
  const auto [train, test] = datasets::animals({.size = 16, .train = 40, .test = 8}, rng.split());
  Sequential model = make_model(convolves, rng);
  CrossEntropyLoss loss;
  AdamW adam{model.parameters(), {.learning_rate = 0.01}};
  EMA ema{model, {.decay = 0.9}};
  DataLoader loader{train,
                    {.batch_size = 4,
                     .shuffle = rng.split(),
                     .prefetch = true,
                     .workers = 2,
                     .augment = Augmentation{rng.split(), {augment::Flip(), augment::ShiftedCrop(2)}}}},
      validation{test};
  adam.set_schedule(one_cycle({.total_steps = 20}));
  const History history = fit(model, loss, adam, loader,
                              {.epochs = 4,
                               .metrics = {metrics::accuracy()},
                               .ema = &ema,
                               .accumulate = 2,
                               .validation = {&validation, {metrics::accuracy()}, 2},
                               .early_stopping = EarlyStopping{.patience = 1000},
                               .checkpoint = {.folder = folder, .every = checkpoint_interval},
                               .resume = true,
                               .history_files = {std::string(folder) + "/history.csv"},
                               .on_step = [](const Progress& p) {
                                 std::printf("step %llu\n", static_cast<unsigned long long>(p.total_steps));
                                 std::fflush(stdout);
                               }});
  Hash hash;
  hash.add(Snapshot(model, adam, ema, loader, validation));
  hash.add(history);
  std::printf("end %016llx\n", hash.value());
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  train(std::strcmp(argv[1], "cnn") == 0, argv[2]);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
