#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// The element type of a tensor in a file. All types can be read, and the real types written.
enum class ElementType : std::uint8_t { f16, bf16, f32, f64, i8, u8, boolean, i16, u16, i32, u32, i64, u64 };

/// The element type of the tensors of this build.
constexpr ElementType real_type = sizeof(Real) == 4 ? ElementType::f32 : ElementType::f64;

/// Returns the name in safetensors files: "F32".
MINNOW_API const char* to_string(ElementType type);

/// Returns the number of bytes of an element.
MINNOW_API std::size_t element_size(ElementType type);

/// Returns true for F16, BF16, F32 and F64.
constexpr bool is_real(ElementType type) { return type <= ElementType::f64; }

}  // namespace minnow::inline MINNOW_PRECISION
