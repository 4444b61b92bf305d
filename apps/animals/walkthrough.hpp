#pragma once

#include <minnow/minnow.hpp>

/// Prints the steps from logits to loss for each image, before and after training: logits -> softmax -> cross-entropy
/// against the one-hot target. before, after: (N, C) logits; labels: (N).
void print_walkthrough(const minnow::Tensor& before, const minnow::Tensor& after, const minnow::Tensor& labels,
                       const std::vector<std::string>& class_names);
