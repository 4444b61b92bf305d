#include <minnow/models/repeats_forward.hpp>

namespace minnow::inline MINNOW_PRECISION {

RepeatsForward::~RepeatsForward() = default;  // out of line: the library owns the vtable

}  // namespace minnow::inline MINNOW_PRECISION
