#include <minnow/core/error.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Out of line, so that the library owns the vtables and type information: an error thrown inside is caught outside.
Error::~Error() = default;
ShapeError::~ShapeError() = default;
ValueError::~ValueError() = default;
DataError::~DataError() = default;
NonFiniteError::~NonFiniteError() = default;

}  // namespace minnow::inline MINNOW_PRECISION
