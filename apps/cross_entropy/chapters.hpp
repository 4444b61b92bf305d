#pragma once

#include <minnow/minnow.hpp>

#include <array>
#include <string>

#include <fmt/core.h>

// The chapters. The library computes every number that they print.
void labels_as_numbers();
void scores_to_probabilities();
void dividing_by_the_sum();
void uncertainty();
void cost_of_a_prediction();
void likelihood();
void two_classes();
void gradient_of_the_scores();
void where_the_short_gradient_fails();
void huge_scores();

/// Example of the chapters: four classes, the scores of one image, and its one-hot target.
inline const std::array<std::string, 4> class_names{"dog", "cat", "horse", "cheetah"};
inline const minnow::DoubleTensor example_scores{3.2, 1.3, 0.2, 0.8};
inline const minnow::DoubleTensor example_target{1, 0, 0, 0};

/// Returns the cross-entropy of one sample.
inline double cost(const minnow::DoubleTensor& probabilities, const minnow::DoubleTensor& target,
                   minnow::Unit unit = minnow::Unit::nats) {
  return minnow::cross_entropy(probabilities, target, unit)();
}
