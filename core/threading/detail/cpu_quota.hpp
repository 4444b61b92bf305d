#pragma once

#include <minnow/core/precision.hpp>

#include <filesystem>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the number of CPUs that the control groups of this process permit (Linux cgroups, version 1 or 2): the
/// smallest quota of its group and all groups above, rounded up. Returns 0 if no quota is set or readable. Files are
/// read below `root`.
MINNOW_API int cpu_quota(const std::filesystem::path& root = "/");

/// Returns the number of CPUs that this process may use: those of its affinity mask, limited by its CPU quota.
MINNOW_API int available_cpus();

}  // namespace minnow::inline MINNOW_PRECISION
