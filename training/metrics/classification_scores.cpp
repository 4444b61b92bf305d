#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/classification_scores.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The decisions for one class or label: correctly predicted, all predicted, and all true samples.
struct Decisions {
  std::size_t correct = 0, predicted = 0, samples = 0;
};

Decisions decisions(const ConfusionMatrix& matrix, std::size_t c) {
  return {matrix.count(c, c), matrix.predicted_count(c), matrix.true_count(c)};
}
Decisions decisions(const MultilabelConfusionMatrix& matrix, std::size_t label) { return decisions(matrix[label], 1); }

std::size_t num_classes(const ConfusionMatrix& matrix) { return matrix.class_names().size(); }
std::size_t num_classes(const MultilabelConfusionMatrix& matrix) { return matrix.label_names().size(); }

PrecisionRecallF1 scores(const Decisions& d) {
  return {ratio(d.correct, d.predicted), ratio(d.correct, d.samples), ratio(2 * d.correct, d.predicted + d.samples),
          d.samples};
}

template <class Matrix>
PrecisionRecallF1 averaged(const Matrix& matrix, Average average) {
  Decisions all;
  PrecisionRecallF1 mean{0, 0, 0, 0};
  double weights = 0;
  for (std::size_t c = 0; c < num_classes(matrix); ++c) {
    const Decisions of_class = decisions(matrix, c);
    const PrecisionRecallF1 one = scores(of_class);
    const double weight = average == Average::macro ? 1 : static_cast<double>(one.samples);
    mean.precision += weight * one.precision;
    mean.recall += weight * one.recall;
    mean.f1 += weight * one.f1;
    weights += weight;
    all.correct += of_class.correct;
    all.predicted += of_class.predicted;
    all.samples += of_class.samples;
  }
  if (average == Average::micro) return scores(all);
  mean.samples = all.samples;
  if (weights == 0) return mean;
  for (double* score : {&mean.precision, &mean.recall, &mean.f1}) *score /= weights;
  return mean;
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
  return scores(decisions(matrix, class_index));
}

PrecisionRecallF1 precision_recall_f1(const MultilabelConfusionMatrix& matrix, std::size_t label) {
  return scores(decisions(matrix, label));
}

PrecisionRecallF1 precision_recall_f1(const ConfusionMatrix& matrix, Average average) {
  return averaged(matrix, average);
}

PrecisionRecallF1 precision_recall_f1(const MultilabelConfusionMatrix& matrix, Average average) {
  return averaged(matrix, average);
}

double balanced_accuracy(const ConfusionMatrix& matrix) {
  double sum = 0;
  std::size_t present = 0;
  for (std::size_t c = 0; c < matrix.class_names().size(); ++c) {
    const std::size_t samples = matrix.true_count(c);
    sum += ratio(matrix.count(c, c), samples);
    present += samples > 0;
  }
  return mean(sum, static_cast<double>(present));
}

double matthews_correlation(const ConfusionMatrix& matrix) {
  const Margins m(matrix);
  const double square = m.total * m.total;
  const double variances = (square - m.truth) * (square - m.prediction);
  return variances == 0 ? 0 : (m.correct * m.total - m.both) / std::sqrt(variances);
}

double cohens_kappa(const ConfusionMatrix& matrix) {
  const Margins m(matrix);
  return mean(m.correct * m.total - m.both, m.total * m.total - m.both);
}

}  // namespace minnow::inline MINNOW_PRECISION
