#pragma once

#include <minnow/io/cpp/detail/program.hpp>
#include <minnow/io/cpp/export_cpp.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns the text of the header of a program.
std::string cpp_header(const CppProgram& program, const ExportCppOptions& options);

}  // namespace minnow::inline MINNOW_PRECISION::detail
