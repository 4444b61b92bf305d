#pragma once

#include <minnow/core/precision.hpp>

#include <set>
#include <string>

namespace minnow::inline MINNOW_PRECISION::detail {

/// A piece of code in an exported header: function templates, or structs that they need.
struct CppKernel {
  const char* name;
  const char* needs;  // names of pieces, each followed by a space; all of them are before it in the list
  const char* text;   // C++11 that uses <cmath> alone, and no double, which small processors compute in software
};

extern const CppKernel cpp_product_kernels[6];
extern const CppKernel cpp_image_kernels[7];
extern const CppKernel cpp_element_kernels[18];

/// Returns the code of the named pieces and of what they need.
std::string cpp_kernel_text(std::set<std::string> names);

}  // namespace minnow::inline MINNOW_PRECISION::detail
