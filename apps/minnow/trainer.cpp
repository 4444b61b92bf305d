#include <apps/minnow/recipes.hpp>
#include <apps/minnow/regression.hpp>
#include <apps/minnow/trainer.hpp>
#include <apps/support/output.hpp>
#include <apps/support/progress_bar.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

using namespace minnow;

namespace {

/// Cross-entropy, or for a regression the mean square error.
std::unique_ptr<Loss> make_loss(const Settings& s, const Dataset& train, std::size_t classes) {
  if (classes == 0) return std::make_unique<MSELoss>();
  CrossEntropyOptions options{.label_smoothing = s.label_smoothing.value_or(0)};
  if (s.balance == "weights") options.weight = balanced_class_weights(train, classes);
  return std::make_unique<CrossEntropyLoss>(options);
}

std::vector<Metric> make_metrics(std::size_t classes) {
  if (classes == 0) return {Metric("R2", RegressionScores())};
  return {metrics::accuracy()};
}

DataLoaderOptions loader_options(const Settings& s, const TrainingData& data) {
  DataLoaderOptions options{.batch_size = *s.batch_size,
                            .shuffle = Rng(data.shuffle),
                            .prefetch = true,
                            .augment = data.augment,
                            .normalize = data.normalize};
  if (s.balance == "sampler" && !data.info.class_names.empty()) {
    options.shuffle.reset();
    options.sampler = WeightedSampler{Rng(data.shuffle), balanced_sample_weights(data.train)};
  }
  return options;
}

/// Records the distributions of a model, and writes the events of TensorBoard.
class Recorders {
 public:
  Recorders(Layer& model, const Path& folder)
      : folder_(folder), file_(folder ? *folder / "distributions.jsonl" : std::filesystem::path()) {
    recorder_.emplace(model, file_);
  }

  void add_to(FitOptions& fitting) {
    fitting.on_epoch = [this, before = std::move(fitting.on_epoch)](const Progress& p) {
      if (folder_ && !board_) board_.emplace(*folder_);  // a run that is already complete writes no second file
      trained_ = true;
      recorder_->on_epoch(p);
      if (board_) board_->on_epoch(p);
      return before(p);
    };
  }

  /// Returns those of all epochs; of a run that was complete already, those in the file.
  Distributions distributions() const {
    return trained_ || file_.empty() ? recorder_->distributions() : read_distributions(file_);
  }

 private:
  const Path& folder_;
  std::filesystem::path file_;
  std::optional<DistributionRecorder> recorder_;
  std::optional<TensorBoardWriter> board_;
  bool trained_ = false;
};

}  // namespace

void Trainer::print_summary(const Sequential& model, const Data& data) const {
  const Shape sample = data.train->input_shape();
  Shape batch{std::min(data.train->size(), *settings_.batch_size)};
  batch.insert(batch.end(), sample.begin(), sample.end());
  say("\n");
  say_table(model.summary(batch));
  say("\n");
}

void Trainer::fit(Layer& model, const TrainingData& data) { fit(model, data, settings_); }

void Trainer::fit(Layer& model, const TrainingData& data, const Settings& s) {
  const std::size_t classes = data.info.class_names.size();
  const std::unique_ptr<Loss> loss = make_loss(s, data.train, classes);
  DataLoader loader(data.train, loader_options(s, data));
  const std::size_t accumulate = s.accumulate.value_or(1), steps = (loader.size() + accumulate - 1) / accumulate;
  const auto optimizer = make_optimizer(s, model, *s.epochs * steps);
  FitOptions fitting{.epochs = *s.epochs, .metrics = make_metrics(classes), .accumulate = accumulate};
  if (s.clip_norm.value_or(0) > 0) fitting.clip_norm = *s.clip_norm;
  std::optional<EMA> average;
  if (s.ema.value_or(0) > 0) fitting.ema = &average.emplace(model, EMAOptions{.decay = *s.ema, .warm_up = true});
  std::optional<DataLoader> validation;
  if (data.validation != nullptr) {
    validation.emplace(*data.validation,
                       DataLoaderOptions{.batch_size = 256, .prefetch = true, .normalize = data.normalize});
    fitting.validation = {.loader = &*validation, .metrics = make_metrics(classes)};
  }
  if (s.patience.value_or(0) > 0) fitting.early_stopping = EarlyStopping{.patience = *s.patience};
  epochs_ = *s.epochs;
  last_epoch_ = 0;
  has_checkpoints_ = options_.checkpoint && data.is_last_phase;
  if (has_checkpoints_) {
    fitting.checkpoint = {.folder = *options_.checkpoint, .keep = options_.keep, .info = data.info};
    fitting.resume = options_.resume;
    fitting.history_files = {*options_.checkpoint / "history.csv", *options_.checkpoint / "history.jsonl"};
  }
  if (!signals_) signals_.emplace();
  fitting.stop = signals_->token();
  fitting.on_step = [&](const Progress& p) { last_epoch_ = p.epoch; };
  ProgressBar bar;
  bar.add_to(fitting, data.is_last_phase);
  std::optional<Recorders> recorders;
  if (is_reported() && data.is_last_phase) recorders.emplace(model, options_.checkpoint).add_to(fitting);
  history_ = minnow::fit(model, *loss, *optimizer, loader, fitting);
  std::error_code ignored;
  if (has_checkpoints_ && !data.is_whole_model)
    std::filesystem::remove(*options_.checkpoint / "best.safetensors", ignored);  // it has only the trained layers
  if (recorders) distributions_ = recorders->distributions();
  if (average && !fitting.early_stopping && !was_stopped()) average->copy_to_model();
  if (!was_stopped()) print_end(bar.seconds());
}

void Trainer::print_end(double seconds) const {
  if (history_.end == History::End::early_stopping && history_.best)
    say("stopped early: the weights of epoch {:.0f}, which has the lowest validation loss, are kept\n",
        history_.at(*history_.best, "epoch"));
  say("trained in {}\n", clock(seconds));
}
