#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/report/detail/classification.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace minnow::inline MINNOW_PRECISION::detail {

Tensor logits_by_class(const char* who, const Tensor& logits, std::size_t classes) {
  const Shape& shape = logits.shape();
  if (shape.size() == 2 && shape[1] == classes && classes > 1) return logits;
  const bool single = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!single || classes != 2)
    throw ShapeError(format_text("write_report: expected {} (N, {}) for {} class names, got {}.", who, classes, classes,
                                 to_string(shape)));
  Tensor both = zeros({shape[0], 2});
  for (std::size_t i = 0; i < shape[0]; ++i) both.data()[2 * i + 1] = logits.data()[i];
  return both;
}

std::vector<double> softmax_of(std::span<const Real> logits) {
  const auto largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  std::vector<double> p;
  double sum = 0;
  for (const Real z : logits) sum += p.emplace_back(std::exp(static_cast<double>(z) - largest));
  for (double& value : p) value /= sum;
  return p;
}

Classification classify_samples(const RunReport& run) {
  const Tensor& targets = run.test.targets();
  if (targets.dimension() != 1)
    throw ShapeError(
        format_text("write_report: expected class indices (N) as targets, got {}.", to_string(targets.shape())));
  const std::size_t rows = targets.size(), classes = run.class_names.size();
  const Tensor all = logits_by_class("scores", run.test.scores(), classes);
  Classification test;
  std::vector<Real> kept;
  for (std::size_t r = 0; r < rows; ++r) {
    const auto target = static_cast<double>(targets.data()[r]);
    if (!(target >= 0 && target < static_cast<double>(classes) && target == std::floor(target)))
      throw ValueError(format_text(
          "write_report: expected targets that are indices of {} classes, got {} for sample {}.", classes, target, r));
    const std::span<const Real> logits(all.data() + r * classes, classes);
    if (!std::all_of(logits.begin(), logits.end(), [](Real z) { return std::isfinite(z); })) continue;
    const auto predicted = static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    test.samples.push_back({r, static_cast<std::size_t>(target), predicted, softmax_of(logits)[predicted]});
    kept.insert(kept.end(), logits.begin(), logits.end());
  }
  test.left_out = rows - test.samples.size();
  test.logits = from(kept, {test.samples.size(), classes});
  test.targets = zeros({test.samples.size()});
  for (std::size_t i = 0; i < test.samples.size(); ++i)
    test.targets.data()[i] = static_cast<Real>(test.samples[i].truth);
  return test;
}

std::vector<ClassifiedSample> surest_mistakes(const Classification& test) {
  std::vector<ClassifiedSample> wrong;
  std::copy_if(test.samples.begin(), test.samples.end(), std::back_inserter(wrong),
               [](const ClassifiedSample& sample) { return sample.truth != sample.predicted; });
  std::stable_sort(wrong.begin(), wrong.end(),
                   [](const ClassifiedSample& a, const ClassifiedSample& b) { return a.confidence > b.confidence; });
  return wrong;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
