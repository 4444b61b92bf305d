#pragma once

#include <minnow/core/context.hpp>
#include <minnow/core/tensor.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// For a layer whose forward in training does more than write y: Dropout draws numbers, BatchNorm counts what it saw.
/// Derive from this beside Layer. Sequential::output asks for the last pass once more where it did not keep a y, and
/// that must be the same y and change nothing.
class MINNOW_API RepeatsForward {
 public:
  virtual ~RepeatsForward();

  /// Writes into y what forward last gave for x and this context in training, and leaves layer and context as they are.
  /// A layer that ran as a part of another, fused step gets a context that is not its own: of a type that it can tell.
  virtual void repeat_forward(const Tensor& x, Tensor& y, Context& context) const = 0;

 protected:
  RepeatsForward() = default;
  RepeatsForward(const RepeatsForward&) = default;
  RepeatsForward& operator=(const RepeatsForward&) = default;
};

}  // namespace minnow::inline MINNOW_PRECISION
