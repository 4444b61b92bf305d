#pragma once

#include <minnow/io/cpp/detail/program.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Where the tensors of a program are.
struct CppWorkspace {
  std::vector<std::string> places;  // per tensor: "input", "output" or "workspace + 100"
  std::size_t size = 0;             // floats for tensors
  std::size_t scratch = 0;          // floats per row of a tile, after the tensors
};

/// Returns "array + offset", or "array" if the offset is 0.
std::string place_in(const std::string& array, std::size_t offset);

/// Gives each tensor memory for the steps from its first write to its last use. Tensors whose steps do not overlap
/// share memory; the largest tensors are placed first, each at the lowest free offset.
CppWorkspace plan_workspace(const CppProgram& program);

}  // namespace minnow::inline MINNOW_PRECISION::detail
