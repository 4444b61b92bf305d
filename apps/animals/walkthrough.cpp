#include <apps/animals/walkthrough.hpp>
#include <apps/support/output.hpp>

#include <cmath>
#include <string>

#include <fmt/format.h>

using namespace minnow;

namespace {

/// Prints -ln p = cross_entropy. Of a probability p near 1 it prints 1 - p, so that both numbers have four digits.
void print_cross_entropy(const char* when, double cross_entropy) {
  constexpr double near = 0.01;
  const double rest = -std::expm1(-cross_entropy);  // 1 - p
  const std::string p = rest > near || rest == 0 ? fmt::format("{:.4g}", 1 - rest) : fmt::format("(1 - {:.4g})", rest);
  say("  cross-entropy {} training: -ln {} = {:.4g} nats\n", when, p, cross_entropy + 0.0);
}

}  // namespace

void print_walkthrough(const Tensor& before, const Tensor& after, const Tensor& labels,
                       const std::vector<std::string>& class_names) {
  const Tensor truth = one_hot(labels, class_names.size());
  const Tensor softmax_before = softmax(before), softmax_after = softmax(after);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels(i));
    say("{}Image {}, a {}:\n", i == 0 ? "" : "\n", i + 1, class_names[label]);
    say("{:>27}{:>20}\n  truth{:>11}{:>9}{:>11}{:>9}\n", "before training", "after training", "logits", "softmax",
        "logits", "softmax");
    for (std::size_t c = 0; c < class_names.size(); ++c)  // the names are last: their widths then do not matter
      say("  {:5.3f}{:11.3f}{:9.3f}{:11.3f}{:9.3f}  {}\n", truth(i, c), before(i, c), softmax_before(i, c), after(i, c),
          softmax_after(i, c), class_names[c]);
    print_cross_entropy("before", -log_softmax(before)(i, label));
    print_cross_entropy("after", -log_softmax(after)(i, label));
  }
}
