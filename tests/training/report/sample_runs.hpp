#pragma once

#include <minnow/report.hpp>

#include <memory>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// A run and what it refers to.
struct SampleRun {
  std::string name;
  RunReport run;
  std::shared_ptr<const Dataset> data;
};

/// A small convolutional network, trained on drawn animals: every part of a report.
SampleRun image_run();

/// A dense network on a table of three classes, with hostile names of the classes, features, samples and settings.
SampleRun hostile_run();

/// A regression of a table.
SampleRun regression_run();

/// A classifier with a single logit for two classes, one epoch, no validation.
SampleRun binary_run();

/// 100 classes, untrained.
SampleRun many_classes_run();

/// A run that diverged: NaN in the history, in the logits and in the distributions.
SampleRun diverged_run();

/// A run about which nothing is known.
SampleRun empty_run();

std::vector<SampleRun> sample_runs();

}  // namespace minnow::inline MINNOW_PRECISION::testing
