#pragma once

#include <minnow/minnow.hpp>

#include <string>
#include <vector>

/// Prints which classes the model takes for which, precision, recall and F1 of each, and how honest its probabilities
/// are, before and after their temperature is fitted on `calibration` (if any).
void print_judgement(minnow::Sequential& model, const minnow::Dataset& test, const minnow::Dataset* calibration,
                     const std::vector<std::string>& class_names);
