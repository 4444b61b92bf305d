#pragma once

#include <apps/animals/data.hpp>

/// What the model says to the pictures of a part, its logits; with `mirrored` the mean of those to each picture and to
/// its mirror image, which shows the same and gives the model a second look.
minnow::Predictions predict(minnow::Sequential& model, const minnow::Dataset& part,
                            const minnow::Normalization& normalization, bool mirrored);

/// Prints which classes are taken for which, and precision, recall and F1 of each.
void print_confusion(const minnow::ConfusionMatrix& matrix);

/// Prints how honest the probabilities of `test` are, before and after their temperature is fitted on `calibration`.
void print_calibration(const minnow::Predictions& test, const minnow::Predictions& calibration);
