#pragma once

#include <apps/minnow/options.hpp>

#include <string>

/// How a training run starts.
struct RunStart {
  Settings settings;    // complete
  std::string command;  // of the first start of the run
  bool is_new = true;   // false: the folder has the run.json of this run
};

/// Returns the settings of the command line, completed by those of the run to repeat or to continue. Throws ValueError
/// if a run to continue has other settings, or if the folder of a new run has a run.
RunStart start_of(const TrainOptions& options);
