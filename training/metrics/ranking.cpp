#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/detail/scored_labels.hpp>
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

/// Columns of scores to rank, with the positive samples of each: one column for class 1 of two, or one for each of C
/// classes or labels.
class Columns {
 public:
  Columns(const Tensor& scores, const Tensor& targets, const char* who)
      : scores_(scores.data()), targets_(targets.data()) {
    labels_ = scores.dimension() == 2 && scores.shape()[1] > 1 && targets.shape() == scores.shape();
    if (labels_) {
      const ScoredLabels samples(scores, targets, who);
      rows_ = samples.size();
      columns_ = samples.labels();
    } else {
      const ScoredSamples samples(scores, targets, who);
      if (!samples.single_column()) samples.check_probability_range();
      rows_ = samples.size();
      columns_ = samples.columns();
    }
  }

  std::size_t size() const { return columns_; }
  std::size_t rows() const { return rows_; }

  bool is_positive(std::size_t i, std::size_t column) const {
    if (labels_) return targets_[i * columns_ + column] == 1;
    return static_cast<std::size_t>(targets_[i]) == (columns_ == 1 ? 1 : column);
  }

  void append(Ranking& ranking, std::size_t column) const {
    for (std::size_t i = 0; i < rows_; ++i) ranking.push_back({scores_[i * columns_ + column], is_positive(i, column)});
  }

 private:
  const Real *scores_, *targets_;
  bool labels_;  // targets are labels (N, C), not class indices (N)
  std::size_t rows_, columns_;
};

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

std::vector<double> per_column(const Columns& columns, Measure measure) {
  std::vector<double> result;
  Ranking ranking;
  ranking.reserve(columns.rows());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    ranking.clear();
    columns.append(ranking, c);
    sort_descending(ranking);
    result.push_back(measure(ranking));
  }
  return result;
}

double micro_average(const Columns& columns, Measure measure) {
  Ranking ranking;
  ranking.reserve(columns.rows() * columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) columns.append(ranking, c);
  sort_descending(ranking);
  return measure(ranking);
}

double averaged(const Columns& columns, Measure measure, Average average) {
  if (average == Average::micro) return micro_average(columns, measure);
  const std::vector<double> values = per_column(columns, measure);
  if (columns.size() == 1) return values[0];
  double sum = 0, total = 0;
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (std::isnan(values[c])) continue;
    double weight = average == Average::macro ? 1 : 0;
    if (average == Average::weighted)
      for (std::size_t i = 0; i < columns.rows(); ++i) weight += columns.is_positive(i, c);
    sum += weight * values[c];
    total += weight;
  }
  return mean(sum, total);
}

}  // namespace

std::vector<double> roc_auc_per_class(const Tensor& scores, const Tensor& targets) {
  return per_column({scores, targets, "roc_auc_per_class"}, area_under_roc);
}

std::vector<double> average_precision_per_class(const Tensor& scores, const Tensor& targets) {
  return per_column({scores, targets, "average_precision_per_class"}, mean_precision);
}

double roc_auc(const Tensor& scores, const Tensor& targets, Average average) {
  return averaged({scores, targets, "roc_auc"}, area_under_roc, average);
}

double average_precision(const Tensor& scores, const Tensor& targets, Average average) {
  return averaged({scores, targets, "average_precision"}, mean_precision, average);
}

}  // namespace minnow::inline MINNOW_PRECISION
