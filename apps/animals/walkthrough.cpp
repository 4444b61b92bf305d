#include <apps/animals/walkthrough.hpp>

#include <algorithm>
#include <string>

#include <fmt/format.h>

using namespace minnow;

namespace {

std::size_t column(const std::string& class_name) { return std::max<std::size_t>(class_name.size(), 7); }

void print_row(const std::string& what, const Tensor& rows, std::size_t i,
               const std::vector<std::string>& class_names) {
  fmt::print("  {:<18}", what);
  for (std::size_t c = 0; c < class_names.size(); ++c) fmt::print("  {:>{}.3f}", rows(i, c), column(class_names[c]));
  fmt::print("\n");
}

}  // namespace

void print_walkthrough(const Tensor& before, const Tensor& after, const Tensor& labels,
                       const std::vector<std::string>& class_names) {
  const Tensor truth = one_hot(labels, class_names.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    fmt::print("{}Image {}, a {}:\n  {:<18}", i == 0 ? "" : "\n", i + 1,
               class_names[static_cast<std::size_t>(labels(i))], "");
    for (const std::string& name : class_names) fmt::print("  {:>{}}", name, column(name));
    fmt::print("\n");
    print_row("truth, one-hot", truth, i, class_names);
    for (const bool trained : {false, true}) {
      const Tensor& logits = trained ? after : before;
      const Tensor probabilities = softmax(logits);
      fmt::print("  {} training\n", trained ? "after" : "before");
      print_row("  logits", logits, i, class_names);
      print_row("  softmax", probabilities, i, class_names);
      const auto label = static_cast<std::size_t>(labels(i));
      fmt::print("    cross-entropy     -ln {:.4g} = {:.4g} nats\n", probabilities(i, label),
                 0 - log_softmax(logits)(i, label));
    }
  }
}
