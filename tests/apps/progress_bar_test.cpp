// The progress bar at all widths, with wide and combining characters, and on a terminal.

#include <minnow/core/display_text.hpp>
#include <minnow/training/metrics.hpp>

#include <apps/support/progress_bar.hpp>
#include <apps/support/terminal.hpp>
#include <tests/apps/programs.hpp>

#include <cstdlib>
#include <string_view>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// A metric of a constant value.
struct Constant {
  double value() const { return 0.841; }
  void add(const Tensor&, const Tensor&) {}
};

Progress progress(const std::vector<Metric>& metrics = {}) {
  Progress p;
  p.epoch = 3;
  p.epochs = 15;
  p.step = 1;
  p.steps = 4;
  p.samples = 500;
  p.total_samples = 1000;
  p.loss = 0.41894;
  p.metrics = MetricValues(metrics);
  p.metrics.update(metrics);
  p.epoch_seconds = 0.05;
  p.seconds = 10;
  return p;
}

class ProgressLine : public ::testing::Test {
 protected:
  void SetUp() override { setenv("LC_ALL", "C.UTF-8", 1); }
  void TearDown() override { unsetenv("LC_ALL"); }
};

TEST_F(ProgressLine, ShowsAsMuchAsFits) {
  EXPECT_EQ(progress_line(progress(), 20), " 3/15  loss 0.4189");
  EXPECT_EQ(progress_line(progress(), 40), "epoch  3/15  loss 0.4189  50.0 s left");
  EXPECT_EQ(progress_line(progress(), 80),
            "epoch  3/15  ██████████            loss 0.4189   10000 samples/s  50.0 s left");
  Progress validated = progress();
  validated.validated = true;
  validated.validation_loss = 0.5;
  EXPECT_EQ(progress_line(validated, 200),
            "epoch  3/15  ████████████              loss 0.4189  validation 0.5000   10000 samples/s  50.0 s left");
  EXPECT_EQ(epoch_line(validated, 0), "epoch  3/15  loss 0.4189  validation 0.5000   10000 samples/s   0.1 s");
  EXPECT_EQ(epoch_line(validated, 50), "epoch  3/15  loss 0.4189  validation 0.5000");
}

TEST_F(ProgressLine, MeasuresWideAndCombiningCharacters) {
  const Progress p = progress(
      {Metric("accuracy", Constant()), Metric("e\u0301le\u0301phant", Constant()), Metric("猎豹", Constant())});
  EXPECT_EQ(
      epoch_line(p, 0),
      "epoch  3/15  loss 0.4189  accuracy  84.1%  e\u0301le\u0301phant 0.8410  猎豹 0.8410   10000 samples/s   0.1 s");
  EXPECT_EQ(display_width(progress_line(p, 100)), 97u) << progress_line(p, 100);
}

TEST_F(ProgressLine, IsNarrowerThanTheTerminal) {
  Progress empty;
  empty.epoch = empty.epochs = 1;
  const Progress wide = progress({Metric("e\u0301le\u0301phant", Constant()), Metric("猎豹猎豹猎豹猎豹", Constant())});
  for (std::size_t columns = 1; columns < 220; ++columns)
    for (const Progress& p : {progress(), empty, wide}) {
      EXPECT_LT(display_width(progress_line(p, columns)), std::max<std::size_t>(columns, 2)) << columns;
      EXPECT_LT(display_width(epoch_line(p, columns)), std::max<std::size_t>(columns, 2)) << columns;
    }
}

TEST_F(ProgressLine, WithoutUtf8HasABarOfAscii) {
  setenv("LC_ALL", "C", 1);
  EXPECT_EQ(bar(0.5, 8), "####....");
  EXPECT_EQ(bar(0.5 / 8, 8), "#.......");
  setenv("LC_ALL", "de_DE.utf8", 1);
  EXPECT_EQ(bar(0.5, 8), "████    ");
  EXPECT_EQ(bar(0.9 / 8, 8), "▉       ");
  EXPECT_EQ(bar(2, 3), "███");
  EXPECT_EQ(bar(std::nan(""), 3), "   ");
}

TEST(Terminal, ShowsNumbers) {
  EXPECT_EQ(clock(59.94), "59.9 s");
  EXPECT_EQ(clock(125), "2:05 min");
  EXPECT_EQ(clock(3700), "1:01 h");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(byte_size(999), "999 bytes");
  EXPECT_EQ(byte_size(12345678), "12.3 MB");
  EXPECT_EQ(wrapped("one two 猎豹 four", 8), "one two\n猎豹\nfour");
}

/// Runs a program on a terminal of this width.
ProgramResult on_terminal(std::size_t columns, const std::string& command) {
  const std::string inner =
      "stty cols " + std::to_string(columns) + "; TERM=xterm LC_ALL=C.UTF-8 " MINNOW_APPS_DIR "/" + command;
  return run_program("script -q -e -c '" + inner + "' /dev/null < /dev/null");
}

TEST(ProgressBar, IsRightOnATerminal) {
  for (const std::size_t columns : {20u, 200u}) {
    const ProgramResult result = on_terminal(columns, "minnow train --drawings 600 --size 16 --model mlp:8 --epochs 2");
    EXPECT_EQ(result.exit_code, 0) << result.output;
    std::size_t updates = 0;
    std::string_view rest = result.output;
    for (std::size_t at = 0; (at = rest.find('\r')) != std::string_view::npos; rest.remove_prefix(at + 1)) {
      std::string_view line = rest.substr(0, at);
      if (line.starts_with("\033[K")) line.remove_prefix(3);
      if (line.find("/2") == std::string_view::npos) continue;
      ++updates;
      EXPECT_LT(display_width(line), columns) << line;
    }
    EXPECT_GE(updates, 4u) << result.output;
  }
}

}  // namespace
}  // namespace minnow
