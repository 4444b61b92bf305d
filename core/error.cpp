#include <minnow/core/error.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Defined here so that the library owns the vtables and type information: a program can then catch the errors.
Error::~Error() = default;
ShapeError::~ShapeError() = default;
ValueError::~ValueError() = default;
DataError::~DataError() = default;
NonFiniteError::~NonFiniteError() = default;

}  // namespace minnow::inline MINNOW_PRECISION
