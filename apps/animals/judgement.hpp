#pragma once

#include <apps/animals/data.hpp>

/// Prints which classes the model takes for which, precision, recall and F1 of each, and how honest its probabilities
/// are, before and after their temperature is fitted on the pictures held out for that, if any.
void print_judgement(minnow::Sequential& model, const Pictures& pictures);
