#pragma once

#include <minnow/core/precision.hpp>

#include <stdexcept>
#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Whatever Minnow throws. The message is one line: who, what was expected, what came, and what to do about it.
class MINNOW_API Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
  ~Error() override;
};

/// A tensor of the wrong shape.
class MINNOW_API ShapeError : public Error {
 public:
  using Error::Error;
  ~ShapeError() override;
};

/// A number out of its range: an option, a label, a probability.
class MINNOW_API ValueError : public Error {
 public:
  using Error::Error;
  ~ValueError() override;
};

/// A file or folder that cannot be read, or does not hold what it should.
class MINNOW_API DataError : public Error {
 public:
  using Error::Error;
  ~DataError() override;
};

/// Training produced a number that is not finite.
class MINNOW_API NonFiniteError : public Error {
 public:
  using Error::Error;
  ~NonFiniteError() override;
};

}  // namespace minnow::inline MINNOW_PRECISION
