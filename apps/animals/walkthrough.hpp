#pragma once

#include <minnow/minnow.hpp>

/// Prints, for each of a few pictures, the road from scores to loss: logits -> softmax -> cross-entropy against the
/// one-hot truth, before training and after. before, after: (N, C) logits; labels: (N).
void print_road(const minnow::Tensor& before, const minnow::Tensor& after, const minnow::Tensor& labels,
                const std::vector<std::string>& class_names);
