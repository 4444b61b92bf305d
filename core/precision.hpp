#pragma once

/// \file
/// The precision of the build, and the macro that exports symbols.

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
