#include <minnow/core/error.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/find_non_finite.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

Evaluation evaluate(Sequential& model, Loss& loss, DataLoader& loader) {
  double total = 0, weight = 0;
  Answers answers;
  std::size_t samples = 0;
  for (const Batch& batch : loader) {
    const Tensor& scores = model.predict(batch.inputs);
    if (const double value = loss.forward(scores, batch.targets, batch.weights);
        !std::isfinite(value) && !loss.counted_nothing()) {
      Context context(Mode::eval);  // a pass that keeps what is between the layers, and changes nothing in them
      Tensor y;
      resize(y, model.output_shape(batch.inputs.shape()));
      model.forward(batch.inputs, y, context);
      throw NonFiniteError("evaluate: expected a finite loss, got " +
                           std::string(std::isnan(value) ? "nan" : "infinity") + "; it arose " +
                           find_non_finite(model, batch.inputs, y, context) + ".");
    }
    total += loss.total();
    weight += loss.weight();
    answers += loss.answers(scores, batch.targets);
    samples += batch.size();
  }
  return {total / weight, answers.accuracy(), samples};
}

ConfusionMatrix confusion_matrix(Sequential& model, DataLoader& loader, std::vector<std::string> class_names) {
  ConfusionMatrix matrix(std::move(class_names));
  for (const Batch& batch : loader) matrix.add(model.predict(batch.inputs), batch.targets);
  return matrix;
}

}  // namespace minnow::inline MINNOW_PRECISION
