#pragma once

/// \file
/// The precision of this build and the symbols it exports.

#if defined(MINNOW_DOUBLE)
#define MINNOW_PRECISION float64
#else
#define MINNOW_PRECISION float32
#endif

/// Marks what the shared library exports; everything else stays hidden.
#define MINNOW_API [[gnu::visibility("default")]]

namespace minnow::inline MINNOW_PRECISION {

/// The number type of every tensor. The inline namespace is named after it, so that mixing the two builds is a link
/// error.
#if defined(MINNOW_DOUBLE)
using Real = double;
#else
using Real = float;
#endif

}  // namespace minnow::inline MINNOW_PRECISION
