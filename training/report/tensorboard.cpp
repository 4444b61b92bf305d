#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/report/detail/classification.hpp>
#include <minnow/training/report/detail/event_records.hpp>
#include <minnow/training/report/detail/report_images.hpp>
#include <minnow/training/report/tensorboard.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include <unistd.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using detail::ProtoMessage;

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// An Event: wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7.
ProtoMessage event_at(std::uint64_t step) {
  ProtoMessage event;
  event.real(1, wall_time()).integer(2, step);
  return event;
}

/// An Event with a Summary of one Value.
std::string summary_event(std::uint64_t step, const ProtoMessage& value) {
  ProtoMessage summary;
  return event_at(step).message(5, summary.message(1, value)).encoded();
}

/// A Summary.Value: tag = 1, simple_value = 2, image = 4, histo = 5, metadata = 9.
ProtoMessage tagged(std::string_view tag) {
  ProtoMessage value;
  value.bytes(1, tag);
  return value;
}

/// Returns a setting as google.protobuf.Value: number_value = 2, string_value = 3, bool_value = 4.
ProtoMessage setting_value(const std::string& text) {
  ProtoMessage value;
  if (text == "true" || text == "false") return value.integer(4, text == "true");
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (!text.empty() && *end == 0 && std::isfinite(number)) return value.real(2, number);
  return value.bytes(3, text);
}

/// Returns the Event of the HPARAMS page: SummaryMetadata.plugin_data = 1, with plugin_name = 1 and content = 2, an
/// HParamsPluginData.
std::string hyper_parameter_event(std::string_view tag, const ProtoMessage& content) {
  ProtoMessage plugin, metadata, value = tagged(tag);
  plugin.bytes(1, "hparams").message(2, content);
  ProtoMessage shape,
      tensor;  // TensorProto: dtype = 1 (float), tensor_shape = 2 (scalar), float_val = 5; the page wants one
  tensor.integer(1, 1).message(2, shape).single(5, 0);
  return summary_event(0, value.message(8, tensor).message(9, metadata.message(1, plugin)));
}

}  // namespace

TensorBoardWriter::TensorBoardWriter(const std::filesystem::path& folder) {
  static std::atomic<unsigned> count{0};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  // Names of later files sort behind earlier ones, because TensorBoard reads them in this order.
  path_ = folder / format_text("events.out.tfevents.{:013}.{}.{}.{:03}", static_cast<long long>(1000 * wall_time()),
                               host, ::getpid(), count++);
  file_.reset(std::fopen(path_.c_str(), "wbx"));
  if (file_ == nullptr)
    throw DataError(format_text("TensorBoardWriter: cannot create '{}': {}.", path_.string(),
                                std::generic_category().message(errno)));
  write(event_at(0).bytes(3, "brain.Event:2").encoded());
}

void TensorBoardWriter::write(std::string_view event) {
  const std::string record = detail::tf_record(event);
  if (std::fwrite(record.data(), 1, record.size(), file_.get()) == record.size() && std::fflush(file_.get()) == 0)
    return;
  throw DataError(
      format_text("TensorBoardWriter: cannot write '{}': {}.", path_.string(), std::generic_category().message(errno)));
}

void TensorBoardWriter::restart(std::uint64_t step) {
  ProtoMessage log;  // SessionLog: status = 1, with START = 1
  restarted_ = true;
  write(event_at(step).message(7, log.integer(1, 1)).encoded());
}

void TensorBoardWriter::add_scalar(std::string_view tag, std::uint64_t step, double value) {
  write(summary_event(step, tagged(tag).single(2, static_cast<float>(value))));
}

void TensorBoardWriter::add_histogram(std::string_view tag, std::uint64_t step, const Distribution& distribution) {
  if (distribution.limits.empty()) return;
  std::vector<double> counts(distribution.counts.begin(), distribution.counts.end());
  double sampled = 0;
  for (const double count : counts) sampled += count;
  const auto finite = static_cast<double>(distribution.elements - distribution.not_finite);
  for (double& count : counts) count *= finite / sampled;  // the bins count a part of a large parameter
  ProtoMessage histogram;  // HistogramProto: min = 1, max, num, sum, sum_squares, bucket_limit, bucket = 7
  histogram.real(1, distribution.quantiles.front()).real(2, distribution.quantiles.back()).real(3, finite);
  histogram.real(4, distribution.sum).real(5, distribution.squares);
  histogram.reals(6, distribution.limits).reals(7, counts);
  write(summary_event(step, tagged(tag).message(5, histogram)));
}

void TensorBoardWriter::add_image(std::string_view tag, std::uint64_t step, const datasets::Image& image) {
  const std::vector<std::uint8_t> png = datasets::encode_png(image);
  ProtoMessage encoded;  // Summary.Image: height = 1, width = 2, colorspace = 3 (RGB), encoded_image_string = 4
  encoded.integer(1, image.height).integer(2, image.width).integer(3, 3);
  encoded.bytes(4, {reinterpret_cast<const char*>(png.data()), png.size()});
  write(summary_event(step, tagged(tag).message(4, encoded)));
}

void TensorBoardWriter::add(const Distributions& distributions) {
  for (const Distribution& record : distributions)
    add_histogram((record.of_gradient ? "gradients/" : "weights/") + record.parameter, record.step, record);
}

void TensorBoardWriter::add_hyper_parameters(const std::vector<ReportEntry>& settings,
                                             const std::vector<std::string>& metrics) {
  ProtoMessage experiment, start, end;
  experiment.real(3, wall_time());  // Experiment: time_created_secs = 3, hparam_infos = 4, metric_infos = 5
  start.real(5, wall_time());       // SessionStartInfo: hparams = 1, a map, start_time_secs = 5
  for (const ReportEntry& setting : settings) {
    const ProtoMessage value = setting_value(setting.value);
    const unsigned kind = static_cast<unsigned char>(value.encoded()[0]) >> 3;  // number 2, text 3, boolean 4
    const std::string name = printable(setting.name);
    ProtoMessage info, entry;  // HParamInfo: name = 1, type = 4 (string 1, bool 2, float64 3)
    experiment.message(4, info.bytes(1, name).integer(4, kind == 2 ? 3 : kind == 3 ? 1 : 2));
    start.message(1, entry.bytes(1, name).message(2, value));
  }
  for (const std::string& metric : metrics) {
    ProtoMessage info, name;  // MetricInfo: name = 1, a MetricName with tag = 2
    experiment.message(5, info.message(1, name.bytes(2, metric)));
  }
  // HParamsPluginData: experiment = 2, session_start_info = 3, session_end_info = 4. SessionEndInfo: status = 1
  // (success 1)
  ProtoMessage of_experiment, of_start, of_end;
  end.integer(1, 1).real(2, wall_time());
  write(hyper_parameter_event("_hparams_/experiment", of_experiment.message(2, experiment)));
  write(hyper_parameter_event("_hparams_/session_start_info", of_start.message(3, start)));
  write(hyper_parameter_event("_hparams_/session_end_info", of_end.message(4, end)));
}

void TensorBoardWriter::on_epoch(const Progress& progress) {
  const std::uint64_t step = progress.total_steps;
  if (!restarted_) restart(step);
  add_scalar("loss", step, progress.loss);
  for (const auto& [name, value] : progress.metrics) add_scalar(name, step, value);
  if (progress.validated) {
    add_scalar("validation loss", step, progress.validation_loss);
    for (const auto& [name, value] : progress.validation_metrics) add_scalar("validation " + name, step, value);
  }
  if (!std::isnan(progress.learning_rate)) add_scalar("learning rate", step, progress.learning_rate);
  if (progress.epoch_seconds > 0)
    add_scalar("samples/s", step, static_cast<double>(progress.samples) / progress.epoch_seconds);
}

void write_tensorboard(const RunReport& run, const std::filesystem::path& folder) {
  constexpr std::size_t most_mistakes = 16, most_filters = 64;
  TensorBoardWriter writer(folder);
  const History& history = run.history;
  const std::vector<std::string>& columns = history.columns();
  const bool has_steps = history.has("step");
  std::vector<std::string> tags;
  std::uint64_t step = 0;
  writer.restart(0);
  for (std::size_t r = 0; r < history.size(); ++r) {
    step = has_steps ? static_cast<std::uint64_t>(history.at(r, "step")) : r + 1;
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (columns[c] != "step" && !std::isnan(history.row(r)[c]))
        writer.add_scalar(columns[c], step, history.row(r)[c]);
  }
  for (const std::string& column : columns)
    if (column != "step" && column != "epoch" && column != "seconds") tags.push_back(column);
  writer.add(run.distributions);
  if (run.model) {
    const std::vector<datasets::Image> filters = detail::filter_images(run.model->filters, most_filters);
    for (std::size_t i = 0; i < filters.size(); ++i)
      writer.add_image(format_text("filters/{} {:03}", run.model->filters_name, i + 1), step, filters[i]);
  }
  if (!run.class_names.empty() && run.test_data != nullptr && detail::are_images(run.test_data->input_shape())) {
    std::vector<detail::ClassifiedSample> wrong = detail::surest_mistakes(detail::classify_samples(run));
    if (wrong.size() > most_mistakes) wrong.resize(most_mistakes);
    for (std::size_t i = 0; i < wrong.size(); ++i)
      writer.add_image(
          format_text("mistakes/{:02} {} predicted as {}", i + 1, printable(run.class_names[wrong[i].truth]),
                      printable(run.class_names[wrong[i].predicted])),
          step, detail::image_of(detail::read_input(*run.test_data, wrong[i].row), run.test_data->input_shape(), 256));
  }
  if (!run.settings.empty()) writer.add_hyper_parameters(run.settings, tags);
}

}  // namespace minnow::inline MINNOW_PRECISION
