#pragma once

#include <minnow/training/fit.hpp>

#include <apps/support/output.hpp>
#include <apps/support/progress_bar.hpp>

/// Calls fit with a progress bar, and prints how long it took. Without `each_epoch` only the last epoch has a line.
inline void fit_with_bar(minnow::Layer& model, minnow::Loss& loss, minnow::Optimizer& optimizer,
                         minnow::DataLoader& loader, minnow::FitOptions options, bool each_epoch = true) {
  ProgressBar bar;
  bar.add_to(options, each_epoch);
  minnow::fit(model, loss, optimizer, loader, options);
  say("trained in {:.1f} s\n", bar.seconds());
}
