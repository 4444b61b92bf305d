#include <minnow/core/error.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/find_non_finite.hpp>

#include <cmath>
#include <numeric>

namespace minnow::inline MINNOW_PRECISION {

Evaluation evaluate(Sequential& model, Loss& loss, DataLoader& loader) {
  double total = 0;
  std::size_t correct = 0, samples = 0;
  for (const Batch& batch : loader) {
    const Tensor& scores = model.predict(batch.inputs);
    if (const double value = loss.forward(scores, batch.targets); !std::isfinite(value)) {
      model.forward(batch.inputs);
      throw NonFiniteError("evaluate: expected a finite loss, got " +
                           std::string(std::isnan(value) ? "nan" : "infinity") + "; it arose " +
                           find_non_finite(model, batch.inputs) + ".");
    }
    const auto losses = loss.per_sample();
    total = std::accumulate(losses.begin(), losses.end(), total);
    correct += count_correct(scores, batch.targets);
    samples += batch.size();
  }
  const auto n = static_cast<double>(samples);
  return {total / n, static_cast<double>(correct) / n, samples};
}

ConfusionMatrix confusion_matrix(Sequential& model, DataLoader& loader, std::vector<std::string> class_names) {
  ConfusionMatrix matrix(std::move(class_names));
  for (const Batch& batch : loader) matrix.add(model.predict(batch.inputs), batch.targets);
  return matrix;
}

}  // namespace minnow::inline MINNOW_PRECISION
