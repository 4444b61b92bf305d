#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/model_pass.hpp>
#include <minnow/training/detail/running_evaluation.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/find_non_finite.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr PassSettings prediction{.mode = Mode::eval, .backward_follows = false};

/// Throws NonFiniteError, naming where the first non-finite element arose. Runs the model once more, because the pass
/// of a prediction keeps no activations. A pass in eval mode changes nothing in the layers.
[[noreturn]] void throw_non_finite(const Layer& model, const Batch& batch, double loss) {
  ModelPass pass(model, {.mode = Mode::eval});
  pass.forward(batch.inputs);
  throw NonFiniteError(format_text("evaluate: expected a finite loss, got {}; it arose {}.",
                                   std::isnan(loss) ? "nan" : "infinity",
                                   find_non_finite(model, batch, pass.y(), pass.context())));
}

template <class Matrix>
Matrix count_all(const Layer& model, DataLoader& loader, Matrix matrix) {
  ModelPass pass(model, prediction);
  for (const Batch& batch : loader) matrix.add(pass.forward(batch.inputs), batch.targets);
  return matrix;
}

}  // namespace

Evaluation evaluate(const Layer& model, Loss& loss, DataLoader& loader, const std::vector<Metric>& metrics) {
  MetricValues values(metrics);
  RunningEvaluation running(metrics);
  ModelPass pass(model, prediction);
  for (const Batch& batch : loader) {
    const Tensor& scores = pass.forward(batch.inputs);
    const double value = loss.forward(scores, batch.targets, batch.weights);
    if (!std::isfinite(value) && !loss.counted_nothing()) throw_non_finite(model, batch, value);
    running.add(loss, scores, batch);
  }
  values.update(running.metrics());
  return {running.loss(), running.samples(), std::move(values)};
}

ConfusionMatrix confusion_matrix(const Layer& model, DataLoader& loader, std::vector<std::string> class_names,
                                 std::optional<double> threshold) {
  return count_all(model, loader, ConfusionMatrix(std::move(class_names), threshold));
}

MultilabelConfusionMatrix multilabel_confusion_matrix(const Layer& model, DataLoader& loader,
                                                      std::vector<std::string> label_names, double threshold) {
  return count_all(model, loader, MultilabelConfusionMatrix(std::move(label_names), threshold));
}

}  // namespace minnow::inline MINNOW_PRECISION
