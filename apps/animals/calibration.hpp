#pragma once

#include <minnow/training/predictions.hpp>

/// Prints how honest the probabilities of `test` are, before and after their temperature is fitted on `calibration`.
void print_calibration(const minnow::Predictions& test, const minnow::Predictions& calibration);
