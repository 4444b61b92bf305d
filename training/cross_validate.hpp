#pragma once

#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/folds.hpp>
#include <minnow/training/evaluate.hpp>

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The results of a cross-validation, one for each fold.
struct MINNOW_API CrossValidation {
  std::vector<Evaluation> folds;

  /// Returns the mean of a metric, or of "loss", over the folds, and the standard error of this mean: the standard
  /// deviation of the folds, with divisor k - 1, divided by sqrt(k). The mean of no fold and the error of fewer than
  /// two are NaN. Throws ValueError if there is no such metric.
  double mean(std::string_view name) const;
  double standard_error(std::string_view name) const;
};

/// Calls train_and_evaluate(train, test) for each fold, with subsets of the dataset. The function builds a model,
/// trains it on `train`, and returns its evaluation on `test`:
///   const CrossValidation result = cross_validate(data, k_folds(data, 5, rng.split()), [&](const auto& train, const
///   auto& test) {
///     ...
///     return evaluate(model, loss, test_loader, {metrics::accuracy()});
///   });
///   result.mean("accuracy");
MINNOW_API CrossValidation
cross_validate(const Dataset& dataset, std::span<const Fold> folds,
               const std::function<Evaluation(const Dataset& train, const Dataset& test)>& train_and_evaluate);

}  // namespace minnow::inline MINNOW_PRECISION
