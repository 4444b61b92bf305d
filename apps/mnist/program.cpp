#include <minnow/minnow.hpp>

#include <apps/mnist/networks.hpp>
#include <apps/mnist/program.hpp>
#include <apps/support/classifier.hpp>
#include <apps/support/command_line.hpp>
#include <apps/support/evaluation.hpp>
#include <apps/support/fit_with_bar.hpp>
#include <apps/support/image_data.hpp>
#include <apps/support/model_files.hpp>
#include <apps/support/predictions_file.hpp>
#include <apps/support/training_options.hpp>

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
  std::vector<std::string> test_images;
  const char* test_name = "test";
  std::unique_ptr<const Dataset> all = nullptr;  // the dataset of which the parts are subsets, if they are
};

Parts read_parts(const Subject& subject, const Options& options, Rng rng) {
  if (!options.folder)
    throw ValueError(
        "expected --data DIR, a folder of train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
        "t10k-labels-idx1-ubyte, each as it is or with .gz.");
  const auto start = std::chrono::steady_clock::now();
  ImageData data = read_idx_images(*options.folder, subject.fashion);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  say("Read {} training and {} test images of {} in {:.1f} s\n", data.train->size(), data.test->size(),
      fmt::join(data.class_names, ", "), taken.count());
  flush_output();
  if (options.validation == 0)
    return {data.class_names, std::move(data.train), std::move(data.test), std::move(data.test_names)};
  Indices rest = all_indices(data.train->size());
  rng.shuffle(rest);
  Indices held_out = hold_out(rest, options.validation, "--validation");
  say("Held out {} of the training images for validation; the test images are not used\n", held_out.size());
  Parts parts{data.class_names, std::make_unique<const Subset>(*data.train, std::move(rest)), nullptr,
              chosen(data.train_names, held_out), "validation"};
  parts.test = std::make_unique<const Subset>(*data.train, std::move(held_out));
  parts.all = std::move(data.train);
  return parts;
}

void train(Sequential& model, const Network& network, DataLoader& loader) {
  const Training& training = network.training;
  CrossEntropyLoss loss({.label_smoothing = training.label_smoothing});
  const auto adamw = make_adamw(model, training);
  adamw->set_schedule(network.schedule(training.epochs * loader.size()));
  fit_with_bar(model, loss, *adamw, loader, {.epochs = training.epochs, .metrics = {metrics::accuracy()}});
}

/// Prints the result for the test images, and writes it to the file of --predictions.
void evaluate(const Parts& parts, const Predictions& logits, const Options& options, bool mirrored,
              double temperature = 1) {
  print_result(parts.test_name, logits, confusion(logits, parts.class_names), mirrored);
  if (options.files.predictions)
    write_predictions(*options.files.predictions, parts.test_images, parts.class_names, logits, temperature);
}

void use_saved_model(const Subject& subject, const Options& options) {
  const Classifier classifier = load_classifier(*options.files.load);
  const Parts parts = read_parts(subject, options, Rng{options.common.seed}.split());
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
  const Parts parts = read_parts(subject, options, rng.split());
  const Normalization normalization(*parts.train);
  const Shape image = parts.train->input_shape();
  Sequential model = network.make(image, parts.class_names.size(), rng.split());
  const Shape batch{std::min(parts.train->size(), network.training.batch_size), image[0], image[1], image[2]};
  say("\n{}\n", model.summary(batch));

  const ImageChanges changes{.flip = subject.fashion, .shift = network.shift, .cutout = network.cutout};
  DataLoader loader{*parts.train,
                    {.batch_size = network.training.batch_size,
                     .shuffle = rng.split(),
                     .prefetch = true,
                     .augment = changes.make(rng.split()),
                     .normalize = normalization}};
  train(model, network, loader);
  if (options.files.save) {
    save_classifier(*options.files.save, model,
                    {.input_shape = image, .class_names = parts.class_names, .normalization = normalization},
                    subject.fashion);
    say("\n");
    print_saved(*options.files.save);
  }
  evaluate(parts, predict(model, *parts.test, normalization, subject.fashion), options, subject.fashion);
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
        fmt::format("\n  --model {} is {} --shift {} --cutout {}", n.name, to_string(n.training), n.shift, n.cutout);
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
