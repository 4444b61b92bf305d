#pragma once

/// \file
/// The precision of the build, the macro that exports symbols, and a check of the compiler's flags. Every file of
/// Minnow includes this header.

// With -ffinite-math-only, a part of -ffast-math and -Ofast, the compiler removes checks for NaN and infinity.
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error Minnow: expected IEEE arithmetic, got -ffast-math, -Ofast or -ffinite-math-only. Remove it, or add -fno-fast-math.
#endif

#if defined(MINNOW_DOUBLE)
#define MINNOW_PRECISION float64
#else
#define MINNOW_PRECISION float32
#endif

/// Exports a symbol from the shared library. All other symbols are hidden.
#define MINNOW_API [[gnu::visibility("default")]]

namespace minnow::inline MINNOW_PRECISION {

/// The element type of every tensor. The inline namespace is named after the precision, so mixing the two builds is a
/// link error.
#if defined(MINNOW_DOUBLE)
using Real = double;
#else
using Real = float;
#endif

}  // namespace minnow::inline MINNOW_PRECISION
