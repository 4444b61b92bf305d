#pragma once

#include <minnow/io/cpp/detail/program.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns the values as a constant. Throws ValueError if a value is not finite in float.
CppConstant cpp_constant(std::string name, const std::vector<double>& values);

/// Returns rows of `columns` values as bytes, and their scales, one per row: value = scale byte. The largest absolute
/// value of a row becomes 127.
std::pair<CppConstant, CppConstant> cpp_bytes(const std::string& name, const std::vector<double>& values,
                                              std::size_t columns);

/// Multiplies the outputs of a product by `scale` and adds `shift`, both (out).
void fold(CppProduct& product, const std::vector<double>& scale, const std::vector<double>& shift);

/// Stores the weights of the step's product as constants in the order that the kernels read, and appends the names
/// of the constants to step.constants.
void store_product(CppProgram& program, CppStep& step, const std::string& name, bool int8);

}  // namespace minnow::inline MINNOW_PRECISION::detail
