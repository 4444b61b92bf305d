#include <minnow/losses/detail/elements.hpp>
#include <minnow/losses/mse_loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

void MSELoss::compute(const LossInputs& in, const LossOutputs& out) { kernels::mse(elements(in, out)); }

}  // namespace minnow::inline MINNOW_PRECISION
