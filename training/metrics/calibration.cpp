#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/calibration.hpp>
#include <minnow/training/metrics/detail/scored_samples.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

double bin_edge(std::size_t i, std::size_t bins) { return static_cast<double>(i) / static_cast<double>(bins); }

double gap(const ReliabilityBin& bin) { return std::abs(bin.accuracy - bin.mean_confidence); }

/// Returns "[######  |   ]": filled up to the accuracy, with a mark at the confidence.
std::string bar(const ReliabilityBin& bin) {
  constexpr double width = 20;
  const auto filled = static_cast<std::size_t>(std::lround(bin.accuracy * width));
  const auto mark = static_cast<std::size_t>(std::lround(bin.mean_confidence * (width - 1)));
  std::string text = std::string(filled, '#') + std::string(static_cast<std::size_t>(width) - filled, ' ');
  text[std::min(mark, text.size() - 1)] = '|';
  return "[" + text + "]";
}

}  // namespace

Calibration::Calibration(std::size_t bins) : sums_(bins) {
  if (bins == 0) throw ValueError("Calibration: expected at least one bin, got 0.");
}

std::size_t Calibration::bin_of(double confidence) const {
  const std::size_t n = sums_.size();
  const auto guess = static_cast<std::size_t>(std::floor(confidence * static_cast<double>(n)));
  std::size_t bin = std::min(guess, n - 1);
  // Rounding may have moved the product across an edge.
  if (bin > 0 && confidence <= bin_edge(bin, n)) --bin;
  if (bin + 1 < n && confidence > bin_edge(bin + 1, n)) ++bin;
  return bin;
}

void Calibration::add(const Tensor& probabilities, const Tensor& targets) {
  const ScoredSamples samples(probabilities, targets, "Calibration");
  samples.check_probabilities();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t predicted = samples.predicted(i, 0.5);
    const double confidence = !samples.single_column() ? samples.score(i, predicted)
                              : predicted == 1         ? samples.score(i, 0)
                                                       : 1 - samples.score(i, 0);
    Sums& bin = sums_[bin_of(confidence)];
    ++bin.count;
    bin.correct += predicted == samples.label(i);
    bin.confidence += confidence;
  }
}

std::vector<ReliabilityBin> Calibration::bins() const {
  std::vector<ReliabilityBin> result;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const Sums& s = sums_[i];
    result.push_back({bin_edge(i, sums_.size()), bin_edge(i + 1, sums_.size()), s.count,
                      mean(s.confidence, static_cast<double>(s.count)), mean(s.correct, s.count)});
  }
  return result;
}

std::size_t Calibration::total() const {
  std::size_t total = 0;
  for (const Sums& bin : sums_) total += bin.count;
  return total;
}

double Calibration::expected_error() const {
  double sum = 0;
  for (const ReliabilityBin& bin : bins())
    if (bin.count > 0) sum += static_cast<double>(bin.count) * gap(bin);
  return mean(sum, static_cast<double>(total()));
}

double Calibration::maximum_error() const {
  double largest = total() == 0 ? std::numeric_limits<double>::quiet_NaN() : 0;
  for (const ReliabilityBin& bin : bins())
    if (bin.count > 0) largest = std::max(largest, gap(bin));
  return largest;
}

std::string Calibration::to_string() const {
  std::string text = "confidence       samples  mean confidence  accuracy\n";
  for (const ReliabilityBin& bin : bins()) {
    text += format_text("{:5.1f}-{:5.1f}%  {:10}", 100 * bin.low, 100 * bin.high, bin.count);
    text += bin.count == 0
                ? format_text("  {:>15}  {:>8}\n", "-", "-")
                : format_text("  {:14.1f}%  {:7.1f}%  {}\n", 100 * bin.mean_confidence, 100 * bin.accuracy, bar(bin));
  }
  if (total() == 0) return text;
  return text + format_text("expected calibration error {:.2f}%, maximum {:.2f}%\n", 100 * expected_error(),
                            100 * maximum_error());
}

}  // namespace minnow::inline MINNOW_PRECISION
