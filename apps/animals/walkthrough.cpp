#include <apps/animals/walkthrough.hpp>

#include <fmt/format.h>

using namespace minnow;

void print_walkthrough(const Tensor& before, const Tensor& after, const Tensor& labels,
                       const std::vector<std::string>& class_names) {
  const Tensor truth = one_hot(labels, class_names.size());
  const Tensor softmax_before = softmax(before), softmax_after = softmax(after);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels(i));
    fmt::print("{}Image {}, a {}:\n", i == 0 ? "" : "\n", i + 1, class_names[label]);
    fmt::print("{:>27}{:>20}\n  truth{:>11}{:>9}{:>11}{:>9}\n", "before training", "after training", "logits",
               "softmax", "logits", "softmax");
    for (std::size_t c = 0; c < class_names.size(); ++c)  // the names are last: their widths then do not matter
      fmt::print("  {:5.3f}{:11.3f}{:9.3f}{:11.3f}{:9.3f}  {}\n", truth(i, c), before(i, c), softmax_before(i, c),
                 after(i, c), softmax_after(i, c), class_names[c]);
    for (const bool trained : {false, true})
      fmt::print("  cross-entropy {} training: -ln {:.4g} = {:.4g} nats\n", trained ? "after" : "before",
                 (trained ? softmax_after : softmax_before)(i, label),
                 0 - log_softmax(trained ? after : before)(i, label));
  }
}
