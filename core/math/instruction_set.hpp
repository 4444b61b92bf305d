#pragma once

#include <minnow/core/precision.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::kernels {

/// Returns the name of the instruction set that the kernels use: "AVX3" (AVX-512), "AVX2", "SSE4", ... or "SCALAR", the
/// baseline of any x86-64.
MINNOW_API std::string instruction_set();

/// Returns the names of all instruction sets that this CPU and this build support, the best first.
MINNOW_API std::vector<std::string> instruction_sets();

/// Restricts the kernels to the named instruction set. Does nothing if the name is not in instruction_sets(). For
/// tests: do not call it while another thread computes.
MINNOW_API void force_instruction_set(const std::string& name);

/// Restricts the kernels to the baseline if `on` is true; otherwise restores the automatic choice. For tests: do not
/// call it while another thread computes.
MINNOW_API void force_baseline(bool on);

}  // namespace minnow::inline MINNOW_PRECISION::kernels
