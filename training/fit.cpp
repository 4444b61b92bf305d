#include <minnow/core/threading/denormals.hpp>
#include <minnow/training/detail/training_run.hpp>
#include <minnow/training/fit.hpp>

namespace minnow::inline MINNOW_PRECISION {

History fit(Layer& model, Loss& loss, Optimizer& optimizer, DataLoader& loader, const FitOptions& options) {
  const FlushDenormals flush;
  TrainingRun run(model, loss, optimizer, loader, options);
  while (!run.has_ended()) {
    run.begin_epoch();
    for (const Batch& batch : loader) {
      if (!run.train(batch)) continue;  // the step needs more batches
      run.after_step();
      if (run.has_ended()) return run.finish();
    }
    run.end_epoch();
  }
  return run.finish();
}

}  // namespace minnow::inline MINNOW_PRECISION
