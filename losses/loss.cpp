#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

Loss::~Loss() = default;  // out of line: the library owns the vtable

}  // namespace minnow::inline MINNOW_PRECISION
