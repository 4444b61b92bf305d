#include <minnow/training/metrics/detail/scored_samples.hpp>
#include <minnow/training/metrics/ranking.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

struct Ranked {
  Real score;
  bool positive;
};

using Ranking = std::vector<Ranked>;  // largest score first
using Measure = double (*)(const Ranking&);

ScoredSamples checked(const Tensor& scores, const Tensor& targets, const char* who) {
  const ScoredSamples samples(scores, targets, who);
  if (!samples.single_column()) samples.check_probabilities();
  return samples;
}

void append_column(Ranking& ranking, const ScoredSamples& samples, std::size_t column) {
  const std::size_t positive = samples.single_column() ? 1 : column;
  for (std::size_t i = 0; i < samples.size(); ++i)
    ranking.push_back({samples.row(i)[column], samples.label(i) == positive});
}

void sort_descending(Ranking& ranking) {
  std::sort(ranking.begin(), ranking.end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
}

std::uint64_t count_positive(const Ranking& ranking) {
  return static_cast<std::uint64_t>(
      std::count_if(ranking.begin(), ranking.end(), [](const Ranked& r) { return r.positive; }));
}

/// Calls visit(positives, negatives) for each group of equal scores.
template <class Visit>
void for_each_tie(const Ranking& ranking, Visit visit) {
  for (std::size_t i = 0; i < ranking.size();) {
    const Real score = ranking[i].score;
    std::uint64_t positives = 0, negatives = 0;
    do {  // one sample at least, so that the loop ends for any score
      ++(ranking[i].positive ? positives : negatives);
    } while (++i < ranking.size() && ranking[i].score == score);
    visit(positives, negatives);
  }
}

/// Returns the area under the ROC curve. It counts in integers up to the last division, so that the order of the
/// samples changes no bit.
double area_under_roc(const Ranking& ranking) {
  const std::uint64_t all_positives = count_positive(ranking), all_negatives = ranking.size() - all_positives;
  if (all_positives == 0 || all_negatives == 0) return undefined;
  std::uint64_t above = 0;      // positives of larger scores
  std::uint64_t twice_won = 0;  // twice the number of pairs in which the positive has the larger score; a tie is half
  for_each_tie(ranking, [&](std::uint64_t positives, std::uint64_t negatives) {
    twice_won += negatives * (2 * above + positives);
    above += positives;
  });
  return static_cast<double>(twice_won) / (2 * static_cast<double>(all_positives) * static_cast<double>(all_negatives));
}

/// Returns the average precision.
double mean_precision(const Ranking& ranking) {
  const std::uint64_t all_positives = count_positive(ranking);
  if (all_positives == 0) return undefined;
  std::uint64_t above = 0, counted = 0;  // positives, and all samples, down to this score
  double sum = 0;
  for_each_tie(ranking, [&](std::uint64_t positives, std::uint64_t negatives) {
    above += positives;
    counted += positives + negatives;
    sum += static_cast<double>(positives) * (static_cast<double>(above) / static_cast<double>(counted));
  });
  return sum / static_cast<double>(all_positives);
}

std::vector<double> per_class(const ScoredSamples& samples, Measure measure) {
  std::vector<double> result;
  Ranking ranking;
  ranking.reserve(samples.size());
  for (std::size_t column = 0; column < samples.columns(); ++column) {
    ranking.clear();
    append_column(ranking, samples, column);
    sort_descending(ranking);
    result.push_back(measure(ranking));
  }
  return result;
}

double averaged(const ScoredSamples& samples, Measure measure, Average average) {
  if (average == Average::micro) {
    Ranking ranking;
    ranking.reserve(samples.size() * samples.columns());
    for (std::size_t column = 0; column < samples.columns(); ++column) append_column(ranking, samples, column);
    sort_descending(ranking);
    return measure(ranking);
  }
  const std::vector<double> values = per_class(samples, measure);
  if (samples.single_column()) return values[0];
  std::vector<double> weights(values.size(), average == Average::macro ? 1 : 0);
  if (average == Average::weighted)
    for (std::size_t i = 0; i < samples.size(); ++i) ++weights[samples.label(i)];
  double sum = 0, total = 0;
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (std::isnan(values[c])) continue;
    sum += weights[c] * values[c];
    total += weights[c];
  }
  return sum / total;
}

}  // namespace

std::vector<double> roc_auc_per_class(const Tensor& scores, const Tensor& targets) {
  return per_class(checked(scores, targets, "roc_auc_per_class"), area_under_roc);
}

std::vector<double> average_precision_per_class(const Tensor& scores, const Tensor& targets) {
  return per_class(checked(scores, targets, "average_precision_per_class"), mean_precision);
}

double roc_auc(const Tensor& scores, const Tensor& targets, Average average) {
  return averaged(checked(scores, targets, "roc_auc"), area_under_roc, average);
}

double average_precision(const Tensor& scores, const Tensor& targets, Average average) {
  return averaged(checked(scores, targets, "average_precision"), mean_precision, average);
}

}  // namespace minnow::inline MINNOW_PRECISION
