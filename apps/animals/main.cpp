// Trains a classifier of dogs, cats, horses and cheetahs, on drawings that need no download or on photographs.

#include <minnow/minnow.hpp>

#include <apps/animals/baselines.hpp>
#include <apps/animals/contact_sheet.hpp>
#include <apps/animals/data.hpp>
#include <apps/animals/judgement.hpp>
#include <apps/animals/road.hpp>
#include <apps/support/command_line.hpp>
#include <apps/support/progress_bar.hpp>

#include <chrono>
#include <numeric>

using namespace minnow;

namespace {

struct Options {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  CommonOptions common;
  PictureOptions pictures;
  std::size_t epochs = 15, batch_size = 64, examples = 3;
  double learning_rate = 0.01, momentum = 0.9, weight_decay = 0;
  std::optional<std::filesystem::path> contact_sheet;
  bool baselines = false;
};

/// 3 size size -> 256 -> 64 -> classes.
Sequential make_network(const Shape& picture, std::size_t classes, Rng rng) {
  return Sequential{Flatten(), Dense(num_elements(picture), 256, rng),         ReLU(), Dense(256, 64, rng),
                    ReLU(),    Dense(64, classes, rng, {.init = Init::xavier})};
}

void print_start(const Options& options) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - options.start;
  fmt::print("first step after {:.2f} s\n", taken.count());
}

/// Trains with a learning rate that falls linearly to 0, and returns how the model then does on the held-out pictures.
Evaluation train(Sequential& model, const Dataset& train_set, const Dataset& test_set, const Options& options, Rng rng,
                 bool show) {
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(),
          {.learning_rate = options.learning_rate, .momentum = options.momentum, .weight_decay = options.weight_decay}};
  DataLoader loader{train_set, {.batch_size = options.batch_size, .shuffle = rng, .prefetch = true}};
  DataLoader test_loader{test_set, {.batch_size = 256, .prefetch = true}};
  ProgressBar bar;
  const double steps = static_cast<double>(options.epochs) * static_cast<double>(loader.size());
  fit(model, loss, sgd, loader,
      {.epochs = options.epochs,
       .on_step =
           [&](const Progress& p) {
             sgd.set_learning_rate(options.learning_rate * (1 - static_cast<double>(sgd.steps()) / steps));
             if (show && sgd.steps() == 1) print_start(options);
             if (show) bar.step(p);
           },
       .on_epoch =
           [&](const Progress& p) {
             if (show) bar.epoch(p);
             return true;
           }});
  return evaluate(model, loss, test_loader);
}

void print_baselines(const Pictures& pictures, const Options& options, double accuracy, Rng rng) {
  const std::size_t classes = pictures.class_names.size();
  Sequential linear{Flatten(),
                    Dense(num_elements(pictures.train->input_shape()), classes, rng, {.init = Init::xavier})};
  const Evaluation result = train(linear, *pictures.train, *pictures.test, options, rng, false);
  fmt::print("\nBaselines on the same pictures\n");
  fmt::print("  nearest class mean  {:5.1f}%\n", 100 * nearest_class_mean(*pictures.train, *pictures.test, classes));
  fmt::print("  linear model        {:5.1f}%\n", 100 * result.accuracy);
  fmt::print("  this network        {:5.1f}%\n", 100 * accuracy);
}

void classify(const Options& options) {
  options.common.apply();
  Rng rng{options.common.seed};
  const Pictures pictures = load_pictures(options.pictures, rng.split());
  if (options.contact_sheet) write_contact_sheet(*options.contact_sheet, pictures, rng.split());

  Sequential model = make_network(pictures.train->input_shape(), pictures.class_names.size(), rng.split());
  Shape batch{std::min(options.batch_size, pictures.train->size()), 3, options.pictures.size, options.pictures.size};
  fmt::print("\n{}\n", model.summary(batch));

  std::vector<std::size_t> chosen(pictures.test->size());
  std::iota(chosen.begin(), chosen.end(), 0);
  rng.split().shuffle(chosen);
  chosen.resize(std::min(options.examples, chosen.size()));
  const Batch examples = read_pictures(*pictures.test, chosen);
  const Tensor before = model.predict(examples.inputs);

  const Evaluation result = train(model, *pictures.train, *pictures.test, options, rng.split(), true);
  fmt::print("{} loss {:.4f} accuracy {:.2f}%\n\n", pictures.test_name, result.loss, 100 * result.accuracy);
  print_judgement(model, *pictures.test, pictures.calibration.get(), pictures.class_names);
  print_road(before, model.predict(examples.inputs), examples.targets, pictures.class_names);
  if (options.baselines) print_baselines(pictures, options, result.accuracy, rng.split());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  PictureOptions& pictures = options.pictures;
  CLI::App app{
      "Trains a small network to tell dogs, cats, horses and cheetahs apart, and shows\n"
      "how well it does. Without options it draws its own pictures; with --data it\n"
      "learns from photographs, of any classes. (Dense layers get about 60% right of\n"
      "photographs of the four: they do not see shapes wherever they are.)",
      "animals"};
  CLI::Option* data =
      app.add_option("--data", pictures.folder,
                     "Photographs: DIR/{train,test}/CLASS/*.jpg,\nor DIR/CLASS/*.jpg to be split; also .png")
          ->type_name("DIR");
  const auto count = [&](const char* name, std::size_t& value, const char* help, std::size_t low, std::size_t high) {
    return app.add_option(name, value, help)->check(whole_number(low, high))->type_name("N")->capture_default_str();
  };
  const auto rate = [&](const char* name, double& value, const char* help, double high) {
    app.add_option(name, value, help)->check(number(0, high))->type_name("X")->capture_default_str();
  };
  count("--size", pictures.size, "Height and width of the pictures, in pixels", 8, 1024);
  count("--train", pictures.train_drawings, "Drawings to learn from", 1, 10'000'000)->excludes(data);
  count("--test", pictures.test_drawings, "Drawings held out to test on", 1, 10'000'000)->excludes(data);
  rate("--validation", pictures.validation, "Test on this share of the training pictures\ninstead", 0.9);
  rate("--calibration", pictures.calibration,
       "Hold out this share of the training pictures\nto fit the temperature of the probabilities on", 0.9);
  count("--epochs", options.epochs, "Times to go through the training pictures", 1, 1'000'000);
  count("--batch-size", options.batch_size, "Pictures per step", 1, 1'000'000);
  rate("--learning-rate", options.learning_rate, "Of the first step; it falls to 0 by the last", 1e30);
  rate("--momentum", options.momentum, "How much of the last step to keep", 1);
  rate("--weight-decay", options.weight_decay, "Pull of the weights towards 0", 1e30);
  count("--examples", options.examples, "Test pictures to show from scores to loss", 0, 1000);
  app.add_option("--contact-sheet", options.contact_sheet, "Write 64 test pictures to this PNG")->type_name("FILE");
  app.add_flag("--baselines", options.baselines, "Also show what two simpler classifiers reach");
  options.common.add_to(app);
  return run(app, argc, argv, [&] { classify(options); });
}
