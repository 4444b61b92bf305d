#include <minnow/minnow.hpp>

#include <apps/animals/calibration.hpp>
#include <apps/support/output.hpp>

#include <fmt/format.h>

using namespace minnow;

namespace {

void print_scores(const char* when, const Predictions& logits, double temperature) {
  Calibration calibration;
  ProbabilityScores scores;
  const Tensor p = probabilities(logits.scores(), temperature);
  calibration.add(p, logits.targets());
  scores.add(p, logits.targets());
  say("{:<8}  {:>11.3f}  {:>7.2f}%  {:>12.2f}%  {:>8.4f}  {:>11.4f}\n", when, temperature,
      100 * calibration.expected_error(), 100 * calibration.maximum_error(), scores.log_loss(), scores.brier_score());
}

}  // namespace

void print_calibration(const Predictions& test, const Predictions& calibration, double temperature) {
  say("Calibration before and after temperature scaling, which was fitted\n"
      "on {} more held-out images. ECE is the expected calibration error.\n"
      "{:<8}  {:>11}  {:>8}  {:>13}  {:>8}  {:>11}\n",
      calibration.targets().size(), "", "temperature", "ECE", "largest error", "log loss", "Brier score");
  print_scores("before", test, 1);
  print_scores("after", test, temperature);
  say("\n");
}
