#include <minnow/core/version.hpp>

namespace minnow::inline MINNOW_PRECISION {

std::string version() { return MINNOW_VERSION; }

}  // namespace minnow::inline MINNOW_PRECISION
