#include <minnow/core/state_visitor.hpp>

namespace minnow::inline MINNOW_PRECISION {

StateVisitor::~StateVisitor() = default;  // out of line: the library owns the vtable

}  // namespace minnow::inline MINNOW_PRECISION
