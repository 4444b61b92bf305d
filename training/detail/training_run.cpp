#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/state_view.hpp>
#include <minnow/training/detail/same_model.hpp>
#include <minnow/training/detail/training_run.hpp>
#include <minnow/training/evaluate.hpp>

#include <algorithm>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using End = History::End;

constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

double seconds_from(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void check_options(const DataLoader& loader, const FitOptions& options) {
  if (loader.size() == 0) throw ValueError("fit: expected a loader with at least one batch, got none.");
  if (options.accumulate == 0) throw ValueError("fit: expected accumulate to be at least 1, got 0.");
  if (options.validation.loader != nullptr && options.validation.loader->size() == 0)
    throw ValueError("fit: expected a validation loader with at least one batch, got none.");
  for (const std::filesystem::path& path : options.history_files)
    if (path.extension() != ".csv" && path.extension() != ".jsonl")
      throw ValueError(
          format_text("fit: expected history_files with the suffix .csv or .jsonl, got {}.", path.string()));
  if (options.checkpoint.folder.empty()) {
    if (options.resume) throw ValueError("fit: expected checkpoint.folder, the folder to resume from, got none.");
    return;
  }
  for (const Metric& metric : options.metrics)
    if (!metric.has_state())
      throw ValueError(
          format_text("fit: expected metrics that a checkpoint can store, got {}. Give its accumulator a visit_state.",
                      metric.name()));
}

std::vector<std::string> history_columns(const FitOptions& options) {
  std::vector<std::string> columns{"epoch", "step", "loss"};
  const auto add = [&](const std::string& prefix, const std::vector<Metric>& metrics) {
    for (const Metric& metric : metrics) columns.push_back(prefix + metric.name());
  };
  add("", options.metrics);
  if (options.validation.loader != nullptr) {
    columns.emplace_back("validation loss");
    add("validation ", options.validation.metrics);
  }
  columns.insert(columns.end(), {"learning rate", "samples/s", "seconds"});
  return columns;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

TrainingRun::TrainingRun(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader, const FitOptions& options)
    : model_((check_options(loader, options), check_same_model("fit", model, optimizer, options.ema), model)),
      loss_(loss),
      optimizer_(optimizer),
      loader_(loader),
      options_(options),
      step_(model, loss, optimizer, options.clip_norm),
      running_(options.metrics),
      history_(history_columns(options)),
      monitor_(options, model, history_.columns()) {
  progress_.epochs = options.epochs;
  progress_.steps = (loader.size() + options.accumulate - 1) / options.accumulate;
  progress_.total_samples = loader.num_samples();
  progress_.metrics = MetricValues(options.metrics);
  progress_.validation_metrics = MetricValues(options.validation.metrics);
  try {
    static_cast<void>(optimizer.rates());
  } catch (const Error&) {
    has_rates_ = false;
  }
  constexpr std::size_t most_reserved = 10'000;
  history_.reserve(std::min(options.epochs, most_reserved));
  row_.reserve(history_.columns().size());
  if (!options.checkpoint.folder.empty()) start();
  if (!options.history_files.empty()) files_.emplace(options.history_files, history_);
  check_ended();
}

/// Restores the last checkpoint, or writes the first one.
void TrainingRun::start() {
  describe_settings();
  describe_data("data.", loader_.dataset());
  if (options_.validation.loader != nullptr) describe_data("validation_data.", options_.validation.loader->dataset());
  folder_.emplace(options_.checkpoint, options_.resume);
  if (options_.resume && folder_->restore(*this, history_))
    saved_step_ = total_steps_;
  else
    save_checkpoint();
}

/// Lists the options of the program as it starts, before a checkpoint is restored.
void TrainingRun::describe_settings() {
  const auto add = [&](const char* name, bool on) { settings_.emplace_back(name, on ? "on" : "off"); };
  std::string rates;
  for (std::size_t group = 0; has_rates_ && group < optimizer_.num_groups(); ++group) {
    const Rates initial = optimizer_.initial_rates(group);
    rates += format_text("{}{} ({})", rates.empty() ? "" : ", ", initial.learning_rate, initial.momentum);
  }
  settings_ = {{"loss", loss_.name()},
               {"learning_rate (momentum)", rates},
               {"clip_norm", format_text("{}", options_.clip_norm)},
               {"accumulate", std::to_string(options_.accumulate)},
               {"columns", joined(history_.columns())}};
  add("ema", options_.ema != nullptr);
  add("plateau", options_.plateau != nullptr);
  add("validation", options_.validation.loader != nullptr);
  add("early_stopping", options_.early_stopping.has_value());
}

void TrainingRun::describe_data(const std::string& prefix, const Dataset& data) {
  data_.insert(data_.end(), {{prefix + "samples", std::to_string(data.size())},
                             {prefix + "input_shape", to_string(data.input_shape())},
                             {prefix + "target_shape", to_string(data.target_shape())},
                             {prefix + "classes", std::to_string(data.class_names().size())},
                             {prefix + "class_names", joined(data.class_names())},
                             {prefix + "fingerprint", data.fingerprint()}});
}

void TrainingRun::visit_state(StateVisitor& visitor) {
  visitor.visit("model", model_);
  visitor.visit("optimizer", optimizer_);
  for (const auto& [name, value] : settings_) visitor.constant(name, value);
  visitor.visit("loader", loader_);
  for (const auto& [name, value] : data_) visitor.constant(name, value);
  if (options_.ema != nullptr) visitor.visit("ema", *options_.ema);
  if (options_.plateau != nullptr) visitor.visit("plateau", *options_.plateau);
  if (options_.validation.loader != nullptr) visitor.visit("validation", *options_.validation.loader);
  visitor.visit("running", running_);
  visitor.visit("monitor", monitor_);
  visitor.visit("epochs", epochs_);
  visitor.visit("steps", steps_);
  visitor.visit("total_steps", total_steps_);
  std::uint64_t validated = progress_.validated;
  visitor.visit("validated", validated);
  visitor.visit("validation_loss", progress_.validation_loss);
  visitor.visit("validation_metrics", progress_.validation_metrics);
  double seconds = seconds_before_ + seconds_from(start_);
  double epoch_seconds = epoch_seconds_before_ + seconds_from(epoch_start_) - paused_;
  visitor.visit("seconds", seconds);
  visitor.visit("epoch_seconds", epoch_seconds);
  if (visitor.writes()) {
    progress_.validated = validated != 0;
    seconds_before_ = seconds;
    epoch_seconds_before_ = epoch_seconds;
  }
}

void TrainingRun::begin_epoch() {
  progress_.epoch = epochs_ + 1;
  epoch_start_ = Clock::now();
  paused_ = 0;
  batch_ = 0;
  if (steps_ > 0) return;  // resumed inside the epoch
  running_.restart(options_.metrics);
  epoch_seconds_before_ = 0;
}

bool TrainingRun::train(const Batch& batch) {
  if (total_steps_ == 0 && batch_ == 0) step_.check_last_batch(batch, loader_);
  const std::size_t count = std::min(options_.accumulate, loader_.size() - steps_ * options_.accumulate);
  progress_.step = steps_ + 1;
  step_.run(batch, batch_, count, running_, progress_);
  batch_ = (batch_ + 1) % count;
  return batch_ == 0;
}

void TrainingRun::after_step() {
  ++steps_;
  ++total_steps_;
  if (options_.ema != nullptr) options_.ema->update();
  const bool epoch_ends = steps_ == progress_.steps;
  if (!epoch_ends && options_.validation.loader != nullptr && is_due(options_.validation.every)) {
    validate();
    record(false);
  }
  if (options_.on_step) {
    update_progress();
    options_.on_step(progress_);
  }
  if (epoch_ends) return;
  if (is_due(options_.checkpoint.every)) save_checkpoint();
  check_ended();
}

void TrainingRun::end_epoch() {
  const std::size_t every = options_.validation.every;
  const bool validates = options_.validation.loader != nullptr && (every == 0 || is_due(every));
  if (validates) validate();
  record(true);
  const bool goes_on = !options_.on_epoch || options_.on_epoch(progress_);
  ++epochs_;
  steps_ = 0;
  if (options_.checkpoint.every == 0 || is_due(options_.checkpoint.every)) save_checkpoint();
  check_ended();
  if (!goes_on && !has_ended()) history_.end = End::callback;
}

void TrainingRun::check_ended() {
  if (monitor_.ends_training())
    history_.end = End::early_stopping;
  else if (epochs_ >= options_.epochs)
    history_.end = End::completed;
  else if (options_.stop.stop_requested())
    history_.end = End::stop_requested;
}

void TrainingRun::update_progress() {
  progress_.total_steps = total_steps_;
  progress_.samples = running_.samples();
  progress_.loss = running_.loss();
  progress_.metrics.update(running_.metrics());
  progress_.learning_rate = has_rates_ ? optimizer_.rates().learning_rate : not_measured;
  progress_.epoch_seconds = epoch_seconds_before_ + seconds_from(epoch_start_) - paused_;
  progress_.seconds = seconds_before_ + seconds_from(start_);
}

void TrainingRun::validate() {
  const Clock::time_point start = Clock::now();
  const auto measure = [&] {
    return evaluate(model_, loss_, *options_.validation.loader, options_.validation.metrics);
  };
  const auto measure_averages = [&] {
    const auto averages = options_.ema->swap_in();
    return measure();
  };
  Evaluation result = options_.ema != nullptr ? measure_averages() : measure();
  progress_.validated = true;
  progress_.validation_loss = result.loss;
  progress_.validation_metrics = std::move(result.metrics);
  paused_ += seconds_from(start);
}

/// Adds a row to the history, and passes the monitored value on.
void TrainingRun::record(bool epoch_end) {
  update_progress();
  const bool validated = options_.validation.loader != nullptr &&
                         (options_.validation.every == 0 ? epoch_end : is_due(options_.validation.every));
  row_.assign({static_cast<double>(progress_.epoch), static_cast<double>(total_steps_), progress_.loss});
  for (const auto& [name, value] : progress_.metrics) row_.push_back(value);
  if (options_.validation.loader != nullptr) {
    row_.push_back(validated ? progress_.validation_loss : not_measured);
    for (const auto& [name, value] : progress_.validation_metrics) row_.push_back(validated ? value : not_measured);
  }
  row_.insert(row_.end(), {progress_.learning_rate, static_cast<double>(progress_.samples) / progress_.epoch_seconds,
                           progress_.seconds});
  history_.add(row_);
  if (files_) files_->append(history_);
  if (!monitor_.is_measured(epoch_end, validated)) return;
  const double value = history_.at(history_.size() - 1, monitor_.column());
  if (options_.plateau != nullptr) options_.plateau->step(value);
  if (!monitor_.add(value, history_.size() - 1)) return;
  monitor_.keep_weights(options_.ema);
  if (folder_) save_best();
}

void TrainingRun::save_best() {
  const Clock::time_point start = Clock::now();
  if (options_.ema != nullptr) {
    const auto averages = options_.ema->swap_in();
    folder_->save_best(model_);
  } else {
    folder_->save_best(model_);
  }
  paused_ += seconds_from(start);
}

void TrainingRun::save_checkpoint() {
  if (!folder_ || saved_step_ == total_steps_) return;
  const Clock::time_point start = Clock::now();
  folder_->save(StateView::of(*this), history_, total_steps_);
  saved_step_ = total_steps_;
  paused_ += seconds_from(start);
}

History TrainingRun::finish() {
  save_checkpoint();
  if (history_.end != End::stop_requested) monitor_.restore_weights();
  history_.best = monitor_.best_row();
  return std::move(history_);
}

}  // namespace minnow::inline MINNOW_PRECISION
