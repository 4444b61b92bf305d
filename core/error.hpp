#pragma once

#include <minnow/core/precision.hpp>

#include <stdexcept>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Base class of all errors that Minnow throws. The message is one line: who, what was expected, what was received,
/// and what to do.
class MINNOW_API Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
  ~Error() override;
};

/// A tensor has the wrong shape.
class MINNOW_API ShapeError : public Error {
 public:
  using Error::Error;
  ~ShapeError() override;
};

/// A value is out of range: an option, a label, a probability.
class MINNOW_API ValueError : public Error {
 public:
  using Error::Error;
  ~ValueError() override;
};

/// A file or folder cannot be read, or its content is invalid.
class MINNOW_API DataError : public Error {
 public:
  using Error::Error;
  ~DataError() override;
};

/// Training produced a non-finite value.
class MINNOW_API NonFiniteError : public Error {
 public:
  using Error::Error;
  ~NonFiniteError() override;
};

}  // namespace minnow::inline MINNOW_PRECISION
