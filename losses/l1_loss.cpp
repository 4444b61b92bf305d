#include <minnow/losses/detail/elements.hpp>
#include <minnow/losses/l1_loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

void L1Loss::compute(const LossInputs& in, const LossOutputs& out) { kernels::l1(elements(in, out)); }

}  // namespace minnow::inline MINNOW_PRECISION
