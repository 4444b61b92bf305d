#pragma once

#include <minnow/training/predictions.hpp>

/// Prints the calibration errors, log loss and Brier score of `test`, before and after temperature scaling. The
/// temperature was fitted on `calibration`.
void print_calibration(const minnow::Predictions& test, const minnow::Predictions& calibration, double temperature);
