#include <minnow/core/display_text.hpp>

#include <apps/support/output.hpp>
#include <apps/support/task_progress.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>

void TaskProgress::update(std::size_t done) {
  const double now = seconds();
  const std::size_t columns = terminal_columns();
  if (now < next_ || columns == 0) return;
  next_ = now + 0.1;  // at most ten updates per second
  const double left = now / static_cast<double>(done) * static_cast<double>(images_ - done);
  const std::string line = fmt::format("{}  {}/{} images  {} left", name_, done, images_, clock(left));
  line_.show(minnow::clipped(line, std::max<std::size_t>(columns, 4) - 3), columns);
}

void TaskProgress::finish() {
  const double taken = seconds();
  line_.clear();
  say("{} {} images in {:.1f} s ({:.0f} images/s)\n", name_, images_, taken, static_cast<double>(images_) / taken);
  flush_output();
}
