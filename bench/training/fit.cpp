// The cost of `fit` over a loop written by hand, on 784-128-10 with batches of 64, and of a checkpoint over writing the
// same bytes.
//   minnow_fit [FOLDER]              times in alternating runs: the median of the paired ratios and its 95 % interval
//   minnow_fit --run NAME EPOCHS     runs one of loop, fit, history, to count its instructions:
//     valgrind --tool=callgrind minnow_fit --run loop 2

#include <minnow/minnow.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace minnow;

namespace {

TensorDataset digits(std::size_t samples) {
  Rng rng{3};
  Tensor inputs = zeros({samples, 784}), targets = zeros({samples});
  for (Real& value : inputs.storage()) value = static_cast<Real>(rng.uniform());
  for (Real& value : targets.storage()) value = static_cast<Real>(rng.below(10));
  return {std::move(inputs), std::move(targets)};
}

struct Training {
  explicit Training(const Dataset& data, std::size_t hidden = 128)
      : model{Dense(784, hidden, rng), ReLU(), Dense(hidden, 10, rng)},
        sgd(model.parameters(), {.learning_rate = 1e-3, .momentum = 0.9}),
        loader(data, {.batch_size = 64, .shuffle = rng.split()}) {}

  void loop(std::size_t epochs) {
    const FlushDenormals flush;
    for (std::size_t epoch = 0; epoch < epochs; ++epoch)
      for (const Batch& batch : loader) {
        loss.forward(model.forward(batch.inputs), batch.targets);
        model.backward(loss.backward());
        sgd.step();
      }
  }
  void plain_fit(std::size_t epochs) { fit(model, loss, sgd, loader, {.epochs = epochs}); }
  void fit_with_history(std::size_t epochs) {
    double shown = 0;
    fit(model, loss, sgd, loader,
        {.epochs = epochs,
         .metrics = {metrics::accuracy()},
         .history_files = {std::filesystem::temp_directory_path() / "minnow_fit.csv"},
         .on_step = [&](const Progress& p) { shown += p.loss + p["accuracy"]; },
         .on_epoch = [&](const Progress& p) { return std::isfinite(p.loss); }});
  }

  Rng rng{1};
  Sequential model;
  CrossEntropyLoss loss;
  SGD sgd;
  DataLoader loader;
};

double seconds(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Prints the median of the ratios of pairs, and the order statistics around it that contain it with 95 % confidence.
void print_ratio(const char* name, const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < a.size(); ++i) ratios.push_back(a[i] / b[i]);
  std::sort(ratios.begin(), ratios.end());
  const double n = static_cast<double>(ratios.size()), half = 0.98 * std::sqrt(n);
  const auto at = [&](double rank) { return ratios[static_cast<std::size_t>(std::clamp(rank, 0.0, n - 1))]; };
  std::printf("%-34s %.4f  (%.4f to %.4f, %zu pairs)\n", name, at(n / 2), at(n / 2 - half), at(n / 2 + half),
              ratios.size());
}

void compare_loops() {
  constexpr std::size_t pairs = 61, epochs = 20;
  const TensorDataset data = digits(6400);
  Training by_hand(data), plain(data), full(data);
  std::vector<double> loop, fitted, with_history;
  for (std::size_t i = 0; i < pairs; ++i) {
    loop.push_back(seconds([&] { by_hand.loop(epochs); }));
    fitted.push_back(seconds([&] { plain.plain_fit(epochs); }));
    with_history.push_back(seconds([&] { full.fit_with_history(epochs); }));
  }
  print_ratio("fit / loop", fitted, loop);
  print_ratio("fit with history and progress / loop", with_history, loop);
}

void write_plainly(const std::filesystem::path& path, const std::string& bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::write(file, bytes.data() + done, bytes.size() - done);
    if (count <= 0) std::perror("write"), std::exit(1);
    done += static_cast<std::size_t>(count);
  }
  if (::fsync(file) != 0 || ::close(file) != 0) std::perror("fsync"), std::exit(1);
}

/// The pause of a training run for a checkpoint, beside writing and syncing the same bytes to a new file.
void compare_checkpoints(const std::filesystem::path& folder) {
  constexpr std::size_t hidden = 15'700, runs = 9;  // 100 MB of weights and momentum
  const TensorDataset data = digits(64);
  std::vector<double> pause, write;
  std::size_t size = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    const std::filesystem::path path = folder / "minnow_fit_run", plain = folder / "minnow_fit.bin";
    Training training(data, hidden);
    double last = 0, with = 0, without = 0;
    fit(training.model, training.loss, training.sgd, training.loader,
        {.epochs = 5, .checkpoint = {.folder = path, .every = 4}, .on_step = [&](const Progress& p) {
           if (p.total_steps == 4) without = p.seconds - last;
           if (p.total_steps == 5) with = p.seconds - last;
           last = p.seconds;
         }});
    pause.push_back(with - without);
    const std::filesystem::path checkpoint = checkpoints_in(path).back().second;
    std::string bytes(std::filesystem::file_size(checkpoint), '\0');
    std::ifstream(checkpoint, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    size = bytes.size();
    write.push_back(seconds([&] { write_plainly(plain, bytes); }));
    std::filesystem::remove_all(path);
    std::filesystem::remove(plain);
  }
  std::printf("a checkpoint of %.1f MB: pause %.3f s, writing %.3f s (medians)\n", static_cast<double>(size) / 1e6,
              (std::sort(pause.begin(), pause.end()), pause[runs / 2]),
              (std::sort(write.begin(), write.end()), write[runs / 2]));
  print_ratio("pause / writing the same bytes", pause, write);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--run") {
    set_threads(1);
    const std::string name = argv[2];
    const TensorDataset data = digits(640);
    Training training(data);
    const std::size_t epochs = std::stoul(argv[3]);
    if (name == "loop") training.loop(epochs);
    if (name == "fit") training.plain_fit(epochs);
    if (name == "history") training.fit_with_history(epochs);
    return 0;
  }
  set_threads(1);
  compare_loops();
  compare_checkpoints(argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path());
}
