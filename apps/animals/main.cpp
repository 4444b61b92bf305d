// Trains a classifier of dogs, cats, horses and cheetahs, on drawings (no download) or on photographs.

#include <minnow/minnow.hpp>

#include <apps/animals/baselines.hpp>
#include <apps/animals/calibration.hpp>
#include <apps/animals/contact_sheet.hpp>
#include <apps/animals/data.hpp>
#include <apps/animals/networks.hpp>
#include <apps/animals/walkthrough.hpp>
#include <apps/support/classifier.hpp>
#include <apps/support/command_line.hpp>
#include <apps/support/evaluation.hpp>
#include <apps/support/fit_with_bar.hpp>
#include <apps/support/model_files.hpp>
#include <apps/support/predictions_file.hpp>
#include <apps/support/training_options.hpp>

#include <chrono>
#include <numeric>

#include <fmt/ranges.h>

using namespace minnow;

namespace {

struct Options {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  CommonOptions common;
  ImageOptions images;
  Network network;
  std::size_t examples = 3;
  std::optional<std::filesystem::path> contact_sheet;
  ModelFiles files;
  bool baselines = false;
};

void print_start(const Options& options) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - options.start;
  say("first step after {:.2f} s\n", taken.count());
}

/// Trains the model with the options of the network, and returns its logits for the held-out images.
Predictions train(Sequential& model, const Images& images, const Options& options, Rng rng, bool show) {
  const Network& network = options.network;
  const Training& training = network.training;
  CrossEntropyLoss loss({.label_smoothing = training.label_smoothing});
  DataLoader loader{*images.train,
                    {.batch_size = training.batch_size,
                     .shuffle = Rng(rng),  // its streams of the epochs are independent of the split below
                     .prefetch = true,
                     .augment = augmentation(network, rng.split()),
                     .normalize = images.normalization}};
  const auto optimizer = network.optimizer(model, network, training.epochs * loader.size());
  FitOptions fitting{.epochs = training.epochs, .metrics = {metrics::accuracy()}};
  if (show) {
    fitting.on_step = [&](const Progress&) {
      if (optimizer->steps() == 1) print_start(options);
    };
    fit_with_bar(model, loss, *optimizer, loader, fitting);
  } else {
    fit(model, loss, *optimizer, loader, fitting);
  }
  return predict(model, *images.test, images.normalization, network.augment);
}

void print_baselines(const Images& images, const Options& options, double accuracy, Rng rng) {
  const std::size_t classes = images.class_names.size();
  Sequential linear{Flatten(), Dense(num_elements(images.train->input_shape()), classes, rng, {.init = Init::xavier})};
  const ConfusionMatrix result = confusion(train(linear, images, options, std::move(rng), false), images.class_names);
  say("\nBaselines on the same images\n");
  say("  nearest class mean  {:5.1f}%\n", 100 * nearest_class_mean(images));
  say("  linear model        {:5.1f}%\n", 100 * result.accuracy());
  say("  this network        {:5.1f}%\n", 100 * accuracy);
}

/// Prints the result for the held-out images, and writes it to the file of --predictions.
ConfusionMatrix evaluate(const Images& images, const Predictions& logits, const Options& options, bool mirrored,
                         double temperature) {
  const ConfusionMatrix matrix = confusion(logits, images.class_names);
  print_result(images.test_name, logits, matrix, mirrored);
  if (options.files.predictions)
    write_predictions(*options.files.predictions, images.test_images, images.class_names, logits, temperature);
  return matrix;
}

/// Evaluates a saved model on the held-out images.
void evaluate_saved_model(const Options& options) {
  const Classifier classifier = load_classifier(*options.files.load);
  check_square_colour(classifier, *options.files.load);
  ImageOptions wanted = options.images;
  wanted.size = classifier.info.input_shape[1];
  wanted.class_order = classifier.info.class_names;
  wanted.normalization = classifier.info.normalization;
  const Images images = load_images(wanted, Rng{options.common.seed}.split());
  if (images.class_names != classifier.info.class_names)
    throw DataError(fmt::format("{}: expected images of {}, got images of {}.", options.files.load->string(),
                                fmt::join(classifier.info.class_names, ", "), fmt::join(images.class_names, ", ")));
  evaluate(images, classifier.logits(*images.test), options, classifier.mirrored, classifier.temperature);
}

void train_and_evaluate(const Options& options) {
  Rng rng{options.common.seed};
  const Images images = load_images(options.images, rng.split());
  if (options.contact_sheet) write_contact_sheet(*options.contact_sheet, images, rng.split());

  Sequential model = options.network.make(images.train->input_shape(), images.class_names.size(), rng.split());
  Shape batch{std::min(options.network.training.batch_size, images.train->size()), 3, options.images.size,
              options.images.size};
  say("\n{}\n", model.summary(batch));

  std::vector<std::size_t> chosen(images.test->size());
  std::iota(chosen.begin(), chosen.end(), 0);
  rng.split().shuffle(chosen);
  chosen.resize(std::min(options.examples, chosen.size()));
  Batch examples = read_images(*images.test, chosen);
  images.normalization.apply(examples.inputs);
  const Tensor before = model.predict(examples.inputs);

  const bool mirrored = options.network.augment;
  const Predictions logits = train(model, images, options, rng.split(), true);
  std::optional<Predictions> held_out;
  if (images.calibration != nullptr) held_out = predict(model, *images.calibration, images.normalization, mirrored);
  const double temperature = held_out ? fit_temperature(held_out->scores(), held_out->targets()) : 1;
  if (options.files.save) {
    save_classifier(*options.files.save, model,
                    {.input_shape = images.train->input_shape(),
                     .class_names = images.class_names,
                     .normalization = images.normalization},
                    mirrored, temperature);
    say("\n");
    print_saved(*options.files.save);
  }
  const ConfusionMatrix matrix = evaluate(images, logits, options, mirrored, temperature);
  say("\n");
  if (held_out) print_calibration(logits, *held_out, temperature);
  print_walkthrough(before, model.predict(examples.inputs), examples.targets, images.class_names);
  if (options.baselines) print_baselines(images, options, matrix.accuracy(), rng.split());
}

/// The options of the command line that replace defaults of the network.
struct Overrides {
  std::string model;
  TrainingOptions training;
  std::optional<std::size_t> size;
  std::optional<double> momentum, calibration;

  void add_to(CLI::App& app) {
    const auto share = [&](const char* name, std::optional<double>& value, const char* help, double high) {
      app.add_option(name, value, help)->check(number(0, high))->type_name("X");
    };
    app.add_option("--model", model, "dense or cnn; the default is cnn with --data, else dense")
        ->check(CLI::IsMember({"dense", "cnn"}));
    app.add_option("--size", size, "Height and width of the images, in pixels")
        ->check(whole_number(8, 1024))
        ->type_name("N");
    training.add_to(app);
    share("--momentum", momentum, "Momentum of SGD, or beta1 of AdamW", 1);
    share("--calibration", calibration,
          "Share of the training images to hold out, to fit\nthe temperature of the probabilities on", 0.9);
  }

  Network apply(bool photographs) const {
    Network network = (model.empty() ? photographs : model == "cnn") ? convolutional_network() : dense_network();
    training.apply(network.training);
    network.size = size.value_or(network.size);
    network.momentum = momentum.value_or(network.momentum);
    network.calibration = calibration.value_or(network.calibration);
    return network;
  }
};

std::string describe(const Network& n) {
  return fmt::format("\n  --model {} is --size {} {} --calibration {}", n.name, n.size, to_string(n.training),
                     n.calibration);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  ImageOptions& images = options.images;
  Overrides overrides;
  CLI::App app{
      "Trains a small classifier of dogs, cats, horses and cheetahs, and evaluates it.\n"
      "By default it trains a dense network on drawn images; with --data, a\n"
      "convolutional network on photographs of any classes. The defaults are" +
          describe(dense_network()) + describe(convolutional_network()),
      "animals"};
  CLI::Option* data =
      app.add_option("--data", images.folder,
                     "Photographs: DIR/{train,test}/CLASS/*.jpg,\nor DIR/CLASS/*.jpg to be split; also .png")
          ->type_name("DIR");
  const auto count = [&](const char* name, std::size_t& value, const char* help, std::size_t low, std::size_t high) {
    return app.add_option(name, value, help)->check(whole_number(low, high))->type_name("N")->capture_default_str();
  };
  const auto share = [&](const char* name, double& value, const char* help) {
    app.add_option(name, value, help)->check(number(0, 0.9))->type_name("X")->capture_default_str();
  };
  count("--train", images.train_drawings, "Number of training drawings", 1, 10'000'000)->excludes(data);
  count("--test", images.test_drawings, "Number of test drawings", 1, 10'000'000)->excludes(data);
  share("--validation", images.validation, "Share of the training images to test on instead of\nthe test images");
  overrides.add_to(app);
  count("--examples", options.examples, "Number of test images to show from logits to loss", 0, 1000);
  app.add_option("--contact-sheet", options.contact_sheet, "Write 64 test images to this PNG")->type_name("FILE");
  app.add_flag("--baselines", options.baselines, "Also show the accuracy of two simpler classifiers");
  options.files.add_to(app);
  options.common.add_to(app);
  return run(app, argc, argv, [&] {
    options.network = overrides.apply(images.folder.has_value());
    images.size = options.network.size;
    images.calibration = options.network.calibration;
    options.files.check(
        app, {"--model", "--size", "--epochs", "--batch-size", "--learning-rate", "--weight-decay", "--label-smoothing",
              "--momentum", "--calibration", "--examples", "--contact-sheet", "--baselines"});
    options.common.apply();
    options.files.load ? evaluate_saved_model(options) : train_and_evaluate(options);
  });
}
