#include <minnow/training/metrics/classification_scores.hpp>
#include <minnow/training/detail/ratio.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

PrecisionRecallF1 scores(std::size_t correct, std::size_t predicted, std::size_t samples) {
  return {ratio(correct, predicted), ratio(correct, samples), ratio(2 * correct, predicted + samples), samples};
}

/// The number of correct and of all samples, and the sums over the classes of truth * prediction, truth^2 and
/// prediction^2.
struct Margins {
  explicit Margins(const ConfusionMatrix& matrix)
      : correct(static_cast<double>(matrix.correct())), total(static_cast<double>(matrix.total())) {
    for (std::size_t c = 0; c < matrix.class_names().size(); ++c) {
      const auto t = static_cast<double>(matrix.true_count(c)), p = static_cast<double>(matrix.predicted_count(c));
      both += t * p;
      truth += t * t;
      prediction += p * p;
    }
  }
  double correct, total, both = 0, truth = 0, prediction = 0;
};

}  // namespace

PrecisionRecallF1 precision_recall_f1(const ConfusionMatrix& matrix, std::size_t class_index) {
  return scores(matrix.count(class_index, class_index), matrix.predicted_count(class_index),
                matrix.true_count(class_index));
}

PrecisionRecallF1 precision_recall_f1(const ConfusionMatrix& matrix, Average average) {
  const std::size_t classes = matrix.class_names().size(), total = matrix.total();
  if (average == Average::micro) return scores(matrix.correct(), total, total);
  PrecisionRecallF1 mean{0, 0, 0, total};
  double weights = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const PrecisionRecallF1 one = precision_recall_f1(matrix, c);
    const double weight = average == Average::macro ? 1 : static_cast<double>(one.samples);
    mean.precision += weight * one.precision;
    mean.recall += weight * one.recall;
    mean.f1 += weight * one.f1;
    weights += weight;
  }
  if (weights == 0) return mean;
  for (double* score : {&mean.precision, &mean.recall, &mean.f1}) *score /= weights;
  return mean;
}

double balanced_accuracy(const ConfusionMatrix& matrix) {
  double sum = 0;
  std::size_t present = 0;
  for (std::size_t c = 0; c < matrix.class_names().size(); ++c) {
    const std::size_t samples = matrix.true_count(c);
    sum += ratio(matrix.count(c, c), samples);
    present += samples > 0;
  }
  return sum / static_cast<double>(present);
}

double matthews_correlation(const ConfusionMatrix& matrix) {
  const Margins m(matrix);
  const double square = m.total * m.total;
  const double variances = (square - m.truth) * (square - m.prediction);
  return variances == 0 ? 0 : (m.correct * m.total - m.both) / std::sqrt(variances);
}

double cohens_kappa(const ConfusionMatrix& matrix) {
  const Margins m(matrix);
  return (m.correct * m.total - m.both) / (m.total * m.total - m.both);
}

}  // namespace minnow::inline MINNOW_PRECISION
