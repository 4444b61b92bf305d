#include <apps/animals/judgement.hpp>

#include <fmt/format.h>

using namespace minnow;

namespace {

Predictions predict(Sequential& model, const Dataset& part, const Normalization& normalization) {
  DataLoader loader{part, {.batch_size = 256, .normalize = normalization}};
  return predict_all(model, loader);
}

void print_calibration(const char* when, const Predictions& logits, double temperature) {
  Calibration calibration;
  ProbabilityScores scores;
  const Tensor p = probabilities(logits.scores(), temperature);
  calibration.add(p, logits.targets());
  scores.add(p, logits.targets());
  fmt::print("{:<8}  {:>11.3f}  {:>25.2f}%  {:>12.2f}%  {:>8.4f}  {:>11.4f}\n", when, temperature,
             100 * calibration.expected_error(), 100 * calibration.maximum_error(), scores.log_loss(),
             scores.brier_score());
}

}  // namespace

void print_judgement(Sequential& model, const Pictures& pictures) {
  const Predictions logits = predict(model, *pictures.test, pictures.normalization);
  ConfusionMatrix matrix(pictures.class_names);
  matrix.add(logits.scores(), logits.targets());
  fmt::print("{}\n{}\n", matrix.to_string(), classification_report(matrix));
  if (pictures.calibration == nullptr) return;
  const Predictions held_out = predict(model, *pictures.calibration, pictures.normalization);
  fmt::print("Are its probabilities honest? Scaled by a temperature fitted on {} more pictures held out:\n",
             pictures.calibration->size());
  fmt::print("{:<8}  {:>11}  {:>26}  {:>13}  {:>8}  {:>11}\n", "", "temperature", "expected calibration error",
             "largest error", "log loss", "Brier score");
  print_calibration("before", logits, 1);
  print_calibration("after", logits, fit_temperature(held_out.scores(), held_out.targets()));
  fmt::print("\n");
}
