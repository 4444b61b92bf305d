#include <minnow/core/change_stamp.hpp>

namespace minnow::inline MINNOW_PRECISION {

std::uint64_t ChangeStamp::next_stamp() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace minnow::inline MINNOW_PRECISION
