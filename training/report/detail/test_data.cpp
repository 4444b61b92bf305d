#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/metrics/calibration.hpp>
#include <minnow/training/metrics/classification_scores.hpp>
#include <minnow/training/metrics/confusion_matrix.hpp>
#include <minnow/training/metrics/probability_scores.hpp>
#include <minnow/training/report/detail/classification.hpp>
#include <minnow/training/report/detail/report_images.hpp>
#include <minnow/training/report/detail/test_data.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::size_t most_samples = 240, most_per_cell = 12, most_correct = 120, most_features = 64;
constexpr std::size_t most_image_bytes = 1'500'000, largest_image = 112, most_bars = 5, most_cells = 20'000;

/// Writes samples with their images, as long as these are not too large in total.
class SampleWriter {
 public:
  explicit SampleWriter(const RunReport& run) : run_(run) {}

  /// Returns the name and the input of the sample in row `row` of RunReport::test.
  Json sample(std::size_t row) {
    Json json{{"index", row}};
    if (row < run_.sample_names.size()) json["name"] = run_.sample_names[row];
    if (run_.test_data == nullptr) return json;
    const Shape shape = run_.test_data->input_shape();
    if (are_images(shape)) {
      if (bytes_ > most_image_bytes) return json;
      const datasets::Image image = image_of(read_input(*run_.test_data, row), shape, largest_image);
      std::string address = image_address(image);
      bytes_ += address.size();
      json["image"] = std::move(address);
      json["width"] = image.width;
      json["height"] = image.height;
      json["small"] = std::max(image.width, image.height) <= 40;
    } else if (num_elements(shape) <= most_features) {
      json["features"] = read_input(*run_.test_data, row);
    }
    return json;
  }

 private:
  const RunReport& run_;
  std::size_t bytes_ = 0;
};

void check_test_data(const RunReport& run) {
  const std::size_t rows = run.test.targets().size();
  if (run.test_data != nullptr && run.test_data->size() != rows)
    throw ShapeError(format_text("write_report: expected test_data with the {} samples of test, got {} samples.", rows,
                                 run.test_data->size()));
  if (!run.sample_names.empty() && run.sample_names.size() != rows)
    throw ShapeError(format_text("write_report: expected {} sample_names, got {}.", rows, run.sample_names.size()));
}

/// Returns the samples to show: the surest mistakes and the least sure correct samples, a few of each cell.
std::vector<ClassifiedSample> chosen_samples(const Classification& test, std::size_t classes) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> of_cell;
  std::vector<ClassifiedSample> chosen;
  for (const ClassifiedSample& sample : surest_mistakes(test))
    if (chosen.size() < most_samples && ++of_cell[{sample.truth, sample.predicted}] <= most_per_cell)
      chosen.push_back(sample);
  std::vector<ClassifiedSample> correct;
  std::copy_if(test.samples.begin(), test.samples.end(), std::back_inserter(correct),
               [](const ClassifiedSample& sample) { return sample.truth == sample.predicted; });
  std::stable_sort(correct.begin(), correct.end(),
                   [](const ClassifiedSample& a, const ClassifiedSample& b) { return a.confidence < b.confidence; });
  const std::size_t per_class = std::min<std::size_t>(6, most_correct / classes);
  for (const ClassifiedSample& sample : correct)
    if (++of_cell[{sample.truth, sample.truth}] <= per_class) chosen.push_back(sample);
  return chosen;
}

/// Returns the probabilities of the most probable classes and of the true class: [[class, p], ...].
Json probable_classes(const std::vector<double>& p, std::size_t truth) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  const auto place = static_cast<std::size_t>(std::find(order.begin(), order.end(), truth) - order.begin());
  if (place >= most_bars) std::swap(order[most_bars - 1], order[place]);
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(most_bars, order.size()); ++i)
    list.push_back(Json::array({order[i], rounded(p[order[i]])}));
  return list;
}

Json calibration_json(const Tensor& logits, const Tensor& targets, double temperature) {
  Calibration calibration;
  ProbabilityScores scores;
  const Tensor p = probabilities(logits, temperature);
  calibration.add(p, targets);
  scores.add(p, targets);
  Json bins = Json::array();
  for (const ReliabilityBin& bin : calibration.bins())
    bins.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"count", bin.count},
                    {"confidence", bin.mean_confidence},
                    {"accuracy", bin.accuracy}});
  return {{"expected", calibration.expected_error()},
          {"maximum", calibration.maximum_error()},
          {"log_loss", scores.log_loss()},
          {"brier", scores.brier_score()},
          {"bins", std::move(bins)}};
}

/// Returns the cells that are not 0, [[truth, predicted, count], ...]: of many, the largest.
Json cells_json(const ConfusionMatrix& matrix) {
  std::vector<std::array<std::size_t, 3>> cells;
  const std::size_t classes = matrix.class_names().size();
  for (std::size_t t = 0; t < classes; ++t)
    for (std::size_t p = 0; p < classes; ++p)
      if (matrix.count(t, p) > 0) cells.push_back({t, p, matrix.count(t, p)});
  if (cells.size() > most_cells) {
    std::stable_sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a[2] > b[2]; });
    cells.resize(most_cells);
  }
  return cells;
}

void add_classes(const RunReport& run, Json& json) {
  const Classification test = classify_samples(run);
  json["left_out"] = test.left_out;
  json["count"] = test.samples.size();
  if (test.samples.empty()) return;
  const std::size_t classes = run.class_names.size();
  ConfusionMatrix matrix(run.class_names);
  matrix.add(test.logits, test.targets);
  json["correct"] = matrix.correct();
  json["accuracy"] = matrix.accuracy();
  json["confusion"] = cells_json(matrix);
  Json scores = Json::array();
  for (std::size_t c = 0; c < classes; ++c) {
    const PrecisionRecallF1 of_class = precision_recall_f1(matrix, c);
    scores.push_back(
        Json::array({rounded(of_class.precision), rounded(of_class.recall), rounded(of_class.f1), of_class.samples}));
  }
  json["scores"] = std::move(scores);
  Json calibration{{"temperature", 1}, {"before", calibration_json(test.logits, test.targets, 1)}, {"after", nullptr}};
  if (run.temperature) {
    calibration["temperature"] = *run.temperature;
    calibration["after"] = calibration_json(test.logits, test.targets, *run.temperature);
  }
  json["calibration"] = std::move(calibration);
  SampleWriter writer(run);
  Json samples = Json::array();
  const Tensor all = logits_by_class("scores", run.test.scores(), classes);
  for (const ClassifiedSample& sample : chosen_samples(test, classes)) {
    Json& entry = samples.emplace_back(writer.sample(sample.row));
    entry["truth"] = sample.truth;
    entry["predicted"] = sample.predicted;
    entry["softmax"] = probable_classes(softmax_of({all.data() + sample.row * classes, classes}), sample.truth);
  }
  json["samples"] = std::move(samples);
}

/// Root mean squared error, mean absolute error and R^2 of (truth, prediction).
Json regression_errors(const std::vector<std::pair<double, double>>& points) {
  const auto n = static_cast<double>(points.size());
  double mean = 0, squared = 0, absolute = 0, variance = 0;
  for (const auto& [truth, predicted] : points) mean += truth / n;
  for (const auto& [truth, predicted] : points) {
    squared += (predicted - truth) * (predicted - truth) / n;
    absolute += std::abs(predicted - truth) / n;
    variance += (truth - mean) * (truth - mean) / n;
  }
  return {{"rmse", std::sqrt(squared)}, {"mae", absolute}, {"r2", 1 - squared / variance}};
}

void add_regression(const RunReport& run, Json& json) {
  constexpr std::size_t most_points = 1000, most_errors = 10;
  const Tensor &scores = run.test.scores(), &targets = run.test.targets();
  if (scores.size() != targets.size() || scores.size() != scores.shape()[0])
    throw ShapeError(
        format_text("write_report: expected scores and targets (N) or (N, 1) without class names, got {} "
                    "and {}. Set class_names for a classifier.",
                    to_string(scores.shape()), to_string(targets.shape())));
  std::vector<std::pair<double, double>> points;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto truth = static_cast<double>(targets.data()[i]), predicted = static_cast<double>(scores.data()[i]);
    if (!std::isfinite(truth) || !std::isfinite(predicted)) continue;
    points.emplace_back(truth, predicted);
    rows.push_back(i);
  }
  json["left_out"] = scores.size() - points.size();
  json["count"] = points.size();
  if (points.empty()) return;
  Json regression = regression_errors(points);
  const auto error = [&](std::size_t i) { return std::abs(points[i].second - points[i].first); };
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return error(a) > error(b); });
  Json worst = Json::array(), shown = Json::array();
  for (std::size_t i = 0; i < std::min(most_errors, order.size()); ++i) {
    const std::size_t row = rows[order[i]];
    worst.push_back({{"name", row < run.sample_names.size() ? run.sample_names[row] : format_text("sample {}", row)},
                     {"truth", points[order[i]].first},
                     {"predicted", points[order[i]].second}});
  }
  const std::size_t stride = (points.size() + most_points - 1) / most_points;
  for (std::size_t i = 0; i < points.size(); i += stride)
    shown.push_back(Json::array({rounded(points[i].first), rounded(points[i].second)}));
  regression["points"] = std::move(shown);
  regression["worst"] = std::move(worst);
  json["regression"] = std::move(regression);
}

/// Returns rows of the scores.
Tensor rows_of(const RunReport& run, const std::vector<std::size_t>& samples) {
  const Tensor& scores = run.test.scores();
  const std::size_t width = scores.size() / scores.shape()[0];
  std::vector<Real> rows;
  for (const std::size_t sample : samples)
    rows.insert(rows.end(), scores.data() + sample * width, scores.data() + (sample + 1) * width);
  return from(rows, {samples.size(), width});
}

}  // namespace

double rounded(double value) {
  return std::isfinite(value) ? std::strtod(format_text("{:.5g}", value).c_str(), nullptr) : value;
}

Json test_json(const RunReport& run) {
  if (run.test.targets().size() == 0) return nullptr;
  check_test_data(run);
  Json json{{"name", run.test_name}};
  if (run.class_names.empty())
    add_regression(run, json);
  else
    add_classes(run, json);
  return json;
}

Json examples_json(const RunReport& run) {
  const auto& [samples, before, after] = run.examples;
  Json list = Json::array();
  if (samples.empty() || run.class_names.empty()) return list;
  for (const std::size_t sample : samples)
    if (sample >= run.test.targets().size())
      throw ValueError(format_text("write_report: expected examples among the {} test samples, got sample {}.",
                                   run.test.targets().size(), sample));
  const std::size_t classes = run.class_names.size();
  const Tensor z_before = logits_by_class("examples.before", before, classes);
  const Tensor z_after = logits_by_class("examples.after", after.size() > 0 ? after : rows_of(run, samples), classes);
  if (z_before.shape()[0] != samples.size() || z_after.shape()[0] != samples.size())
    throw ShapeError(format_text("write_report: expected logits of {} examples, got {} before and {} after training.",
                                 samples.size(), z_before.shape()[0], z_after.shape()[0]));
  SampleWriter writer(run);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::span<const Real> first(z_before.data() + i * classes, classes);
    const std::span<const Real> last(z_after.data() + i * classes, classes);
    const auto finite = [](std::span<const Real> z) {
      return std::all_of(z.begin(), z.end(), [](Real value) { return std::isfinite(value); });
    };
    if (!finite(first) || !finite(last)) continue;
    Json& entry = list.emplace_back(writer.sample(samples[i]));
    entry["truth"] = static_cast<std::size_t>(run.test.targets().data()[samples[i]]);
    entry["before"] = first;
    entry["after"] = last;
  }
  return list;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
