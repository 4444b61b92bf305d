#include <apps/minnow/settings.hpp>
#include <apps/minnow/test_result.hpp>
#include <apps/support/evaluation.hpp>
#include <apps/support/output.hpp>
#include <apps/support/predictions_file.hpp>
#include <apps/support/terminal.hpp>
#include <apps/support/text_file.hpp>

using namespace minnow;

TestResult::TestResult(const Classifier& classifier, const Dataset& test)
    : classifier_(classifier), scores_(classifier.logits(test)) {
  const std::vector<std::string>& names = classifier.info.class_names;
  if (!names.empty())
    matrix_ = confusion(scores_, names);
  else {
    const Predictions values = decoded();
    regression_.add(values.scores(), values.targets());
  }
}

Predictions TestResult::decoded() const {
  if (!is_regression()) return scores_;
  const datasets::TableEncoder& encoder = *classifier_.info.table;
  Predictions values;
  values.add(encoder.decode_targets(scores_.scores()), encoder.decode_targets(scores_.targets()));
  return values;
}

std::string TestResult::sentence() const {
  const std::size_t samples = scores_.targets().shape()[0];
  return is_regression() ? fmt::format("R2 {:.4f} on {} test samples", regression_.r2(), samples)
                         : fmt::format("accuracy {:.2f}% on {} test samples", 100 * matrix_->accuracy(), samples);
}

void TestResult::print(bool details) const {
  if (is_regression()) {
    say("test R2 {:.4f}  root mean square error {:.4g}  mean absolute error {:.4g}\n", regression_.r2(),
        regression_.root_mean_square_error(), regression_.mean_absolute_error());
    return;
  }
  if (details) return print_result("test", scores_, *matrix_, classifier_.mirrored);
  const double loss = CrossEntropyLoss().forward(scores_.scores(), scores_.targets());
  say("test loss {:.4f}  accuracy {:.2f}%\n\n", loss, 100 * matrix_->accuracy());
  say_table(confusion_text(*matrix_, table_columns()));
}

void TestResult::print_json(const std::filesystem::path& model) const {
  const std::size_t samples = scores_.targets().shape()[0];
  if (is_regression()) {
    say("{{\"model\": {}, \"samples\": {}, \"r2\": {:.9g}, \"root_mean_square_error\": {:.9g}, "
        "\"mean_absolute_error\": {:.9g}}}\n",
        json_text(model.string()), samples, regression_.r2(), regression_.root_mean_square_error(),
        regression_.mean_absolute_error());
    return;
  }
  ProbabilityScores of_probabilities;
  of_probabilities.add(probabilities(scores_.scores(), classifier_.temperature), scores_.targets());
  std::string rows, names;
  const std::size_t classes = matrix_->class_names().size();
  for (std::size_t i = 0; i < classes; ++i) {
    std::string row;
    for (std::size_t j = 0; j < classes; ++j) row += fmt::format("{}{}", j == 0 ? "" : ", ", matrix_->count(i, j));
    rows += fmt::format("{}[{}]", i == 0 ? "" : ", ", row);
    names += (i == 0 ? "" : ", ") + json_text(matrix_->class_names()[i]);
  }
  say("{{\"model\": {}, \"samples\": {}, \"accuracy\": {:.9g}, \"log_loss\": {:.9g}, \"classes\": [{}], "
      "\"confusion_matrix\": [{}]}}\n",
      json_text(model.string()), samples, matrix_->accuracy(), of_probabilities.log_loss(), names, rows);
}

void TestResult::write(const std::filesystem::path& path, const std::vector<std::string>& names) const {
  if (!is_regression())
    return write_predictions(path, names, classifier_.info.class_names, scores_, classifier_.temperature);
  const Predictions values = decoded();
  std::string text = "row,value,predicted\n";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += fmt::format("{},{:.9g},{:.9g}\n", names[i], values.targets().data()[i], values.scores().data()[i]);
  write_text(path, text);
}
