#pragma once

#include <minnow/minnow.hpp>

#include <optional>
#include <string>
#include <vector>

/// Prints which classes the model takes for which, precision, recall and F1 of each, and how honest its probabilities
/// are, before and after their temperature is fitted on `calibration`.
void print_judgement(minnow::Sequential& model, const minnow::TensorDataset& test,
                     const std::optional<minnow::TensorDataset>& calibration);
