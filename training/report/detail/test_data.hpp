#pragma once

#include <minnow/training/report/run_report.hpp>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

using Json = nlohmann::ordered_json;

/// Returns the page's data about the held-out samples, null without samples: for a classifier the confusion matrix, the
/// scores of each class, the calibration and single samples; for a regression its errors and single samples.
Json test_json(const RunReport& run);

/// Returns the page's data about RunReport::examples: the logits before and after training, and the sample.
Json examples_json(const RunReport& run);

/// Returns the value rounded to five significant digits, which is enough for a chart.
double rounded(double value);

}  // namespace minnow::inline MINNOW_PRECISION::detail
