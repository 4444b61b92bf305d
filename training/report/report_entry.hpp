#pragma once

#include <minnow/core/precision.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A name and its value in a report: {"learning rate", "0.006"}.
struct ReportEntry {
  std::string name, value;
};

/// Returns the processor, the number of its logical cores, the number of threads that Minnow uses, the memory and the
/// operating system.
MINNOW_API std::vector<ReportEntry> describe_machine();

/// Returns the versions of Minnow and of its compiler, the precision and the instruction set.
MINNOW_API std::vector<ReportEntry> describe_versions();

}  // namespace minnow::inline MINNOW_PRECISION
