#include <minnow/minnow.hpp>

#include <apps/mnist/networks.hpp>
#include <apps/mnist/program.hpp>
#include <apps/support/classifier.hpp>
#include <apps/support/command_line.hpp>
#include <apps/support/evaluation.hpp>
#include <apps/support/model_files.hpp>
#include <apps/support/predictions_file.hpp>
#include <apps/support/progress_bar.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

using namespace minnow;

namespace {

struct Options {
  CommonOptions common;
  std::optional<std::filesystem::path> folder;
  double validation = 0;
  ModelFiles files;
  Network network = networks().front();
};

/// Training and test images.
struct Parts {
  std::vector<std::string> class_names;
  std::unique_ptr<const Dataset> train, test;
  const char* test_name;
  std::unique_ptr<const Dataset> all = nullptr;  // the dataset of which the parts are subsets, if they are
};

Parts read_images(const Subject& subject, const Options& options, Rng rng) {
  if (!options.folder)
    throw ValueError(
        "expected --data DIR, a folder of train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
        "t10k-labels-idx1-ubyte, each as it is or with .gz.");
  const auto start = std::chrono::steady_clock::now();
  datasets::MnistSplit split = subject.read(*options.folder);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::vector<std::string> class_names = split.train.class_names();
  fmt::print("Read {} training and {} test images of {} in {:.1f} s\n", split.train.size(), split.test.size(),
             fmt::join(class_names, ", "), taken.count());
  std::fflush(stdout);
  std::unique_ptr<const Dataset> train = std::make_unique<const TensorDataset>(std::move(split.train));
  if (options.validation == 0)
    return {std::move(class_names), std::move(train), std::make_unique<const TensorDataset>(std::move(split.test)),
            "test"};
  auto [held_out, rest] = random_split(*train, options.validation, std::move(rng));
  fmt::print("Held out {} of the training images for validation; the test images are not used\n", held_out.size());
  return {std::move(class_names), std::make_unique<const Subset>(std::move(rest)),
          std::make_unique<const Subset>(std::move(held_out)), "validation", std::move(train)};
}

Augmentation augmentation(const Subject& subject, const Network& network, Rng rng) {
  Augmentation augment{std::move(rng)};
  if (subject.mirrored) augment.transforms.emplace_back(augment::Flip());
  if (network.shift > 0) augment.transforms.emplace_back(augment::ShiftedCrop(network.shift));
  if (network.cutout > 0) augment.transforms.emplace_back(augment::Cutout(network.cutout));
  return augment;
}

void train(Sequential& model, const Network& network, DataLoader& loader) {
  const Training& training = network.training;
  CrossEntropyLoss loss({.label_smoothing = training.label_smoothing});
  AdamW adamw{no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.learning_rate = training.learning_rate,
                                                                            .weight_decay = training.weight_decay})};
  adamw.set_schedule(network.schedule(training.epochs * loader.size()));
  ProgressBar bar;
  double trained = 0;
  fit(model, loss, adamw, loader,
      {.epochs = training.epochs,
       .metrics = {metrics::accuracy()},
       .on_step = [&](const Progress& p) { bar.step(p); },
       .on_epoch =
           [&](const Progress& p) {
             bar.epoch(p);
             trained = p.seconds;
             return true;
           }});
  fmt::print("trained in {:.1f} s\n", trained);
}

/// Prints the result for the test images, and writes it to the file of --predictions.
void evaluate(const Parts& parts, const Predictions& logits, const Options& options, bool mirrored,
              double temperature = 1) {
  print_result(parts.test_name, logits, confusion(logits, parts.class_names), mirrored);
  if (!options.files.predictions) return;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts.test->size(); ++i) names.push_back(std::to_string(i));
  write_predictions(*options.files.predictions, names, parts.class_names, logits, temperature);
}

void use_saved_model(const Subject& subject, const Options& options) {
  const Classifier classifier = load_classifier(*options.files.load);
  const Parts parts = read_images(subject, options, Rng{options.common.seed}.split());
  const Shape image = parts.test->input_shape();
  if (classifier.info.input_shape != image || classifier.info.class_names != parts.class_names)
    throw DataError(fmt::format("{}: expected a model of images {} of {}, got a model of images {} of {}.",
                                options.files.load->string(), to_string(image), fmt::join(parts.class_names, ", "),
                                to_string(classifier.info.input_shape), fmt::join(classifier.info.class_names, ", ")));
  evaluate(parts, classifier.logits(*parts.test), options, classifier.mirrored, classifier.temperature);
}

void train_and_evaluate(const Subject& subject, const Options& options) {
  const Network& network = options.network;
  Rng rng{options.common.seed};
  const Parts parts = read_images(subject, options, rng.split());
  const Normalization normalization(*parts.train);
  const Shape image = parts.train->input_shape();
  Sequential model = network.make(image, parts.class_names.size(), rng.split());
  const Shape batch{std::min(parts.train->size(), network.training.batch_size), image[0], image[1], image[2]};
  fmt::print("\n{}\n", model.summary(batch));

  DataLoader loader{*parts.train,
                    {.batch_size = network.training.batch_size,
                     .shuffle = rng.split(),
                     .prefetch = true,
                     .augment = augmentation(subject, network, rng.split()),
                     .normalize = normalization}};
  train(model, network, loader);
  if (options.files.save)
    save_classifier(*options.files.save, model,
                    {.input_shape = image, .class_names = parts.class_names, .normalization = normalization},
                    subject.mirrored);
  evaluate(parts, predict(model, *parts.test, normalization, subject.mirrored), options, subject.mirrored);
}

std::vector<Network> networks_for(const Subject& subject) {
  std::vector<Network> all = networks();
  for (Network& network : all) network.shift = std::max(network.shift, subject.shift);
  return all;
}

/// The options of the command line that replace defaults of the network named by --model.
struct Overrides {
  std::string model = networks().front().name;
  TrainingOptions training;
  std::optional<std::size_t> shift, cutout;

  void add_to(CLI::App& app) {
    std::vector<std::string> names;
    for (const Network& network : networks()) names.push_back(network.name);
    app.add_option("--model", model, "The network")->check(CLI::IsMember(names))->capture_default_str();
    training.add_to(app);
    const auto pixels = [&](const char* name, std::optional<std::size_t>& value, const char* help) {
      app.add_option(name, value, help)->check(whole_number(0, 100))->type_name("N");
    };
    pixels("--shift", shift, "Largest shift of a training image, in pixels;\n0: none");
    pixels("--cutout", cutout, "Side of the square cut out of each training image,\nin pixels; 0: none");
  }

  Network apply(const std::vector<Network>& all) const {
    Network network = *std::find_if(all.begin(), all.end(), [&](const Network& n) { return n.name == model; });
    training.apply(network.training);
    network.shift = shift.value_or(network.shift);
    network.cutout = cutout.value_or(network.cutout);
    return network;
  }
};

std::string describe(const Subject& subject) {
  std::string text = subject.description;
  text += "\nThe defaults are";
  for (const Network& n : networks_for(subject))
    text +=
        fmt::format("\n  --model {} is {} --shift {} --cutout {}", n.name, n.training.to_string(), n.shift, n.cutout);
  return text;
}

}  // namespace

int run_program(const Subject& subject, int argc, char** argv) {
  Options options;
  options.folder = subject.folder;
  Overrides overrides;
  CLI::App app{describe(subject), subject.name};
  CLI::Option* data =
      app.add_option("--data", options.folder,
                     "A folder of train-images-idx3-ubyte and the other\nthree files, as they are or with .gz");
  data->type_name("DIR");
  if (subject.folder) data->default_str(subject.folder->string());
  app.add_option("--validation", options.validation,
                 "Share of the training images to test on instead of\nthe test images")
      ->check(number(0, 0.9))
      ->type_name("X");
  overrides.add_to(app);
  options.files.add_to(app);
  options.common.add_to(app);
  return run(app, argc, argv, [&] {
    options.network = overrides.apply(networks_for(subject));
    options.files.check(app, {"--model", "--epochs", "--batch-size", "--learning-rate", "--weight-decay",
                              "--label-smoothing", "--shift", "--cutout"});
    options.common.apply();
    options.files.load ? use_saved_model(subject, options) : train_and_evaluate(subject, options);
  });
}
