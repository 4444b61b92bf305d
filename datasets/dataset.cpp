#include <minnow/datasets/dataset.hpp>

namespace minnow::inline MINNOW_PRECISION {

Dataset::~Dataset() = default;  // out of line: the library owns the vtable

}  // namespace minnow::inline MINNOW_PRECISION
