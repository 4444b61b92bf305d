#pragma once

#include <minnow/io/element_type.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns the type of this name in safetensors files; none if the name is unknown.
std::optional<ElementType> element_type_of(std::string_view name);

/// Converts `values` to `type`, which is F16, BF16, F32 or F64, and writes the bytes, little-endian. Rounds to nearest,
/// ties to even; values beyond the largest number become infinite. bytes.size() is values.size() * element_size(type).
void encode(std::span<const Real> values, ElementType type, std::span<std::byte> bytes);

/// Converts bytes of `type` to `values`. BOOL becomes 0 or 1.
void decode(std::span<const std::byte> bytes, ElementType type, std::span<Real> values);

}  // namespace minnow::inline MINNOW_PRECISION::detail
