#include <minnow/datasets/subset.hpp>
#include <minnow/training/cross_validate.hpp>
#include <minnow/training/detail/ratio.hpp>

#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

double value_of(const Evaluation& fold, std::string_view name) { return name == "loss" ? fold.loss : fold[name]; }

}  // namespace

double CrossValidation::mean(std::string_view name) const {
  double sum = 0;
  for (const Evaluation& fold : folds) sum += value_of(fold, name);
  return minnow::mean(sum, static_cast<double>(folds.size()));
}

double CrossValidation::standard_error(std::string_view name) const {
  const double center = mean(name), k = static_cast<double>(folds.size());
  double squares = 0;
  for (const Evaluation& fold : folds) squares += std::pow(value_of(fold, name) - center, 2);
  return folds.size() < 2 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(squares / (k - 1) / k);
}

CrossValidation cross_validate(
    const Dataset& dataset, std::span<const Fold> folds,
    const std::function<Evaluation(const Dataset& train, const Dataset& test)>& train_and_evaluate) {
  CrossValidation result;
  for (const Fold& fold : folds)
    result.folds.push_back(train_and_evaluate(Subset(dataset, fold.train), Subset(dataset, fold.test)));
  return result;
}

}  // namespace minnow::inline MINNOW_PRECISION
