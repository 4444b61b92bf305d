// Trains a classifier of dogs, cats, horses and cheetahs, on drawings that need no download or on photographs.

#include <minnow/minnow.hpp>

#include <apps/animals/baselines.hpp>
#include <apps/animals/calibration.hpp>
#include <apps/animals/contact_sheet.hpp>
#include <apps/animals/data.hpp>
#include <apps/animals/networks.hpp>
#include <apps/animals/road.hpp>
#include <apps/support/command_line.hpp>
#include <apps/support/judgement.hpp>
#include <apps/support/progress_bar.hpp>

#include <chrono>
#include <numeric>

using namespace minnow;

namespace {

struct Options {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  CommonOptions common;
  PictureOptions pictures;
  Network network;
  std::size_t examples = 3;
  std::optional<std::filesystem::path> contact_sheet;
  bool baselines = false;
};

void print_start(const Options& options) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - options.start;
  fmt::print("first step after {:.2f} s\n", taken.count());
}

/// Trains the model as the network is trained, and returns what it then says to the pictures held out.
Predictions train(Sequential& model, const Pictures& pictures, const Options& options, Rng rng, bool show) {
  const Network& network = options.network;
  const Training& training = network.training;
  CrossEntropyLoss loss({.label_smoothing = training.label_smoothing});
  const Rng order = rng;  // a network without augmentation draws nothing else
  DataLoader loader{*pictures.train,
                    {.batch_size = training.batch_size,
                     .shuffle = order,
                     .prefetch = true,
                     .augment = augmentation(network, rng.split()),
                     .normalize = pictures.normalization}};
  const auto optimizer = network.optimizer(model, network, training.epochs * loader.size());
  ProgressBar bar;
  double trained = 0;
  fit(model, loss, *optimizer, loader,
      {.epochs = training.epochs,
       .on_step =
           [&](const Progress& p) {
             if (show && optimizer->steps() == 1) print_start(options);
             if (show) bar.step(p);
           },
       .on_epoch =
           [&](const Progress& p) {
             if (show) bar.epoch(p);
             trained = p.seconds;
             return true;
           }});
  if (show) fmt::print("trained in {:.1f} s\n", trained);
  return predict(model, *pictures.test, pictures.normalization, network.augment);
}

void print_baselines(const Pictures& pictures, const Options& options, double accuracy, Rng rng) {
  const std::size_t classes = pictures.class_names.size();
  Sequential linear{Flatten(),
                    Dense(num_elements(pictures.train->input_shape()), classes, rng, {.init = Init::xavier})};
  const ConfusionMatrix result = confusion(train(linear, pictures, options, rng, false), pictures.class_names);
  fmt::print("\nBaselines on the same pictures\n");
  fmt::print("  nearest class mean  {:5.1f}%\n", 100 * nearest_class_mean(pictures));
  fmt::print("  linear model        {:5.1f}%\n", 100 * result.accuracy());
  fmt::print("  this network        {:5.1f}%\n", 100 * accuracy);
}

void classify(const Options& options) {
  options.common.apply();
  Rng rng{options.common.seed};
  const Pictures pictures = load_pictures(options.pictures, rng.split());
  if (options.contact_sheet) write_contact_sheet(*options.contact_sheet, pictures, rng.split());

  Sequential model = options.network.make(pictures.train->input_shape(), pictures.class_names.size(), rng.split());
  Shape batch{std::min(options.network.training.batch_size, pictures.train->size()), 3, options.pictures.size,
              options.pictures.size};
  fmt::print("\n{}\n", model.summary(batch));

  std::vector<std::size_t> chosen(pictures.test->size());
  std::iota(chosen.begin(), chosen.end(), 0);
  rng.split().shuffle(chosen);
  chosen.resize(std::min(options.examples, chosen.size()));
  Batch examples = read_pictures(*pictures.test, chosen);
  pictures.normalization.apply(examples.inputs);
  const Tensor before = model.predict(examples.inputs);

  const Predictions logits = train(model, pictures, options, rng.split(), true);
  const ConfusionMatrix matrix = confusion(logits, pictures.class_names);
  print_result(pictures.test_name, logits, matrix, options.network.augment);
  fmt::print("\n");
  if (pictures.calibration != nullptr)
    print_calibration(logits, predict(model, *pictures.calibration, pictures.normalization, options.network.augment));
  print_road(before, model.predict(examples.inputs), examples.targets, pictures.class_names);
  if (options.baselines) print_baselines(pictures, options, matrix.accuracy(), rng.split());
}

/// The network, with what the command line says otherwise.
struct Overrides {
  std::string model;
  TrainingOptions training;
  std::optional<std::size_t> size;
  std::optional<double> momentum, calibration;

  void add_to(CLI::App& app) {
    const auto share = [&](const char* name, std::optional<double>& value, const char* help, double high) {
      app.add_option(name, value, help)->check(number(0, high))->type_name("X");
    };
    app.add_option("--model", model, "dense or cnn; as a rule cnn with --data, else dense")
        ->check(CLI::IsMember({"dense", "cnn"}));
    app.add_option("--size", size, "Height and width of the pictures, in pixels")
        ->check(whole_number(8, 1024))
        ->type_name("N");
    training.add_to(app);
    share("--momentum", momentum, "Of dense: how much of the last step to keep", 1);
    share("--calibration", calibration,
          "Hold out this share of the training pictures\nto fit the temperature of the probabilities on", 0.9);
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
  return fmt::format("\n  --model {} is --size {} {} --calibration {}", n.name, n.size, n.training.to_string(),
                     n.calibration);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  PictureOptions& pictures = options.pictures;
  Overrides overrides;
  CLI::App app{
      "Trains a small network to tell dogs, cats, horses and cheetahs apart, and shows\n"
      "how well it does. Without options it draws its own pictures, which dense layers\n"
      "learn; with --data it learns from photographs, of any classes, by convolutions.\n"
      "Unless told otherwise," +
          describe(dense_network()) + describe(convolutional_network()),
      "animals"};
  CLI::Option* data =
      app.add_option("--data", pictures.folder,
                     "Photographs: DIR/{train,test}/CLASS/*.jpg,\nor DIR/CLASS/*.jpg to be split; also .png")
          ->type_name("DIR");
  const auto count = [&](const char* name, std::size_t& value, const char* help, std::size_t low, std::size_t high) {
    return app.add_option(name, value, help)->check(whole_number(low, high))->type_name("N")->capture_default_str();
  };
  const auto share = [&](const char* name, double& value, const char* help) {
    app.add_option(name, value, help)->check(number(0, 0.9))->type_name("X")->capture_default_str();
  };
  count("--train", pictures.train_drawings, "Drawings to learn from", 1, 10'000'000)->excludes(data);
  count("--test", pictures.test_drawings, "Drawings held out to test on", 1, 10'000'000)->excludes(data);
  share("--validation", pictures.validation, "Test on this share of the training pictures\ninstead");
  overrides.add_to(app);
  count("--examples", options.examples, "Test pictures to show from scores to loss", 0, 1000);
  app.add_option("--contact-sheet", options.contact_sheet, "Write 64 test pictures to this PNG")->type_name("FILE");
  app.add_flag("--baselines", options.baselines, "Also show what two simpler classifiers reach");
  options.common.add_to(app);
  return run(app, argc, argv, [&] {
    options.network = overrides.apply(pictures.folder.has_value());
    pictures.size = options.network.size;
    pictures.calibration = options.network.calibration;
    classify(options);
  });
}
