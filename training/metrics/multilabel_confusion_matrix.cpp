#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/decision.hpp>
#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/detail/scored_labels.hpp>
#include <minnow/training/metrics/multilabel_confusion_matrix.hpp>

namespace minnow::inline MINNOW_PRECISION {

MultilabelConfusionMatrix::MultilabelConfusionMatrix(std::vector<std::string> label_names, double threshold)
    : label_names_(std::move(label_names)),
      threshold_(threshold),
      matrices_(label_names_.size(), ConfusionMatrix({"no", "yes"})) {
  if (label_names_.empty()) throw ValueError("MultilabelConfusionMatrix: expected at least one label, got none.");
  check_threshold(threshold, "MultilabelConfusionMatrix");
}

void MultilabelConfusionMatrix::add(const Tensor& scores, const Tensor& targets) {
  const ScoredLabels samples(scores, targets, "MultilabelConfusionMatrix", label_names_.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    bool exact = true;
    for (std::size_t c = 0; c < samples.labels(); ++c) {
      const bool truth = samples.has_label(i, c), predicted = exceeds(samples.score(i, c), threshold_);
      ++matrices_[c].counts_[2 * std::size_t{truth} + std::size_t{predicted}];
      exact &= truth == predicted;
    }
    exact_ += exact;
  }
  total_ += samples.size();
}

const ConfusionMatrix& MultilabelConfusionMatrix::operator[](std::size_t label) const {
  if (label >= matrices_.size())
    throw ValueError(
        format_text("MultilabelConfusionMatrix: expected a label below {}, got {}.", matrices_.size(), label));
  return matrices_[label];
}

double MultilabelConfusionMatrix::accuracy() const { return mean(exact_, total_); }

}  // namespace minnow::inline MINNOW_PRECISION
