// The derivative of the loss by the scores, by formula and by trial.

#include <apps/cross_entropy/chapters.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace minnow;

namespace {

using LossOfScores = std::function<double(const DoubleTensor&)>;

/// Nudges each score up and down a little: (loss(z + h) - loss(z - h)) / 2h, off by about h^2.
DoubleTensor numerical_gradient(const LossOfScores& loss, const DoubleTensor& scores) {
  constexpr double h = 1e-5;
  DoubleTensor gradient = scores;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    DoubleTensor up = scores, down = scores;
    up(i) += h;
    down(i) -= h;
    gradient(i) = (loss(up) - loss(down)) / (2 * h);
  }
  return gradient;
}

/// The sigmoid of each score, each on its own: the first half of softmax(z, 0).
DoubleTensor sigmoids(const DoubleTensor& scores) {
  DoubleTensor p = scores;
  for (double& value : p) value = softmax(DoubleTensor{value, 0})(0);
  return p;
}

double binary_sum(const DoubleTensor& p, const DoubleTensor& t) {
  double sum = 0;
  for (const double term : binary_cross_entropy(p, t)) sum += term;
  return sum;
}

double softmax_loss(const DoubleTensor& scores) { return cost(softmax(scores), example_target); }
double sigmoid_loss(const DoubleTensor& scores) { return binary_sum(sigmoids(scores), example_target); }
double mixed_loss(const DoubleTensor& scores) { return binary_sum(softmax(scores), example_target); }

DoubleTensor difference(const DoubleTensor& p, const DoubleTensor& t) {
  DoubleTensor result = p;
  for (std::size_t i = 0; i < p.size(); ++i) result(i) -= t(i);
  return result;
}

double largest_difference(const DoubleTensor& a, const DoubleTensor& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a(i) - b(i)));
  return largest;
}

/// The scores as a batch of one: (1, C).
Tensor as_batch(const DoubleTensor& scores) {
  Tensor batch = zeros({1, scores.size()});
  std::transform(scores.begin(), scores.end(), batch.begin(), [](double z) { return static_cast<Real>(z); });
  return batch;
}

Tensor as_label(std::size_t label) {
  Tensor target = zeros({1});
  target(0) = static_cast<Real>(label);
  return target;
}

/// d/dz_i of mixed_loss, through every p_j that z_i moves.
DoubleTensor full_derivative(const DoubleTensor& p, const DoubleTensor& t) {
  double sum = 0;
  for (std::size_t j = 0; j < p.size(); ++j) sum += (p(j) - t(j)) / (1 - p(j));
  DoubleTensor result = p;
  for (std::size_t i = 0; i < p.size(); ++i) result(i) = (p(i) - t(i)) / (1 - p(i)) - p(i) * sum;
  return result;
}

void print_verdict(const char* loss, const DoubleTensor& claimed, const DoubleTensor& numerical) {
  const double off = largest_difference(claimed, numerical);
  fmt::print("     {:50}{:>9.5f}   {}\n", loss, off, off < 1e-6 ? "yes" : "NO");
}

}  // namespace

void gradient_of_the_scores() {
  fmt::print(R"(
Training asks of every score: if it rose a little, how much would the loss rise?
That is the derivative d loss / d score. With softmax and cross-entropy nearly
everything in it cancels, and what is left is the error in the probability:

     d loss / d score_i = p_i - t_i

Is that so? Try it: add 0.00001 to one score, then take it away, and see how the
loss moves. The dog of chapter 2 again, beside what CrossEntropyLoss hands back:

     class     score   target     p - t   by trial   CrossEntropyLoss
)");
  const DoubleTensor error = difference(softmax(example_scores), example_target);
  const DoubleTensor numerical = numerical_gradient(softmax_loss, example_scores);
  CrossEntropyLoss loss;
  loss.forward(as_batch(example_scores), as_label(0));
  const Tensor& backward = loss.backward();
  for (std::size_t i = 0; i < error.size(); ++i)
    fmt::print("     {:8}{:>7.1f}{:>9.0f}{:>10.5f}{:>11.5f}{:>19.5f}\n", class_names[i], example_scores(i),
               example_target(i), error(i), numerical(i), backward(0, i));
  const DoubleTensor moved = difference(example_scores, error);
  fmt::print(R"(
The dog's is negative: raising that score lowers the loss. Going against the
gradient, scores minus (p - t), moves the loss from {:.4f} to {:.4f} nats.
)",
             softmax_loss(example_scores), softmax_loss(moved));
  fmt::print(R"(
The same short formula holds for sigmoids, each score a yes-or-no question of
its own, with the sum of their binary cross-entropies:

     class     score   target   sigmoid p     p - t   by trial
)");
  const DoubleTensor p = sigmoids(example_scores);
  const DoubleTensor sigmoid_numerical = numerical_gradient(sigmoid_loss, example_scores);
  for (std::size_t i = 0; i < p.size(); ++i)
    fmt::print("     {:8}{:>7.1f}{:>9.0f}{:>12.5f}{:>10.5f}{:>11.5f}\n", class_names[i], example_scores(i),
               example_target(i), p(i), p(i) - example_target(i), sigmoid_numerical(i));
}

void where_the_short_gradient_fails() {
  const DoubleTensor p = softmax(example_scores), claimed = difference(p, example_target);
  const DoubleTensor numerical = numerical_gradient(mixed_loss, example_scores);
  const DoubleTensor full = full_derivative(p, example_target);
  fmt::print(R"(
A popular derivation takes softmax for p and the binary form for the loss,

     L = -sum over i of [t_i log p_i + (1 - t_i) log(1 - p_i)]

and arrives at p - t as well. Try it:

     class      claimed, p - t    by trial    in full
)");
  for (std::size_t i = 0; i < p.size(); ++i)
    fmt::print("     {:8}{:>17.5f}{:>12.5f}{:>11.5f}\n", class_names[i], claimed(i), numerical(i), full(i));
  fmt::print(R"(
The claim is wrong. It multiplies dL/dp_i = (p_i - t_i) / (p_i (1 - p_i)) by
dp_i/dz_i = p_i (1 - p_i), as if a score moved its own probability only. With
the sigmoid it does; but softmax makes all probabilities share a sum of 1, so
that z_i moves every other p_j as well, by -p_j p_i. In full,

     dL/dz_i = (p_i - t_i)/(1 - p_i) - p_i sum over j of (p_j - t_j)/(1 - p_j)

The three losses side by side, with the largest error of p - t as gradient:

     probabilities and loss                            error of    holds?
                                                         p - t
)");
  print_verdict("softmax, -sum t log p", claimed, numerical_gradient(softmax_loss, example_scores));
  const DoubleTensor sigmoid_claim = difference(sigmoids(example_scores), example_target);
  print_verdict("sigmoid, -sum [t log p + (1 - t) log(1 - p)]", sigmoid_claim,
                numerical_gradient(sigmoid_loss, example_scores));
  print_verdict("softmax, -sum [t log p + (1 - t) log(1 - p)]", claimed, numerical);
  fmt::print(R"(
So keep to the pairs: softmax with -sum t log p, sigmoid with the binary form.
)");
}

void huge_scores() {
  fmt::print(R"(
e^z leaves the range of a computer's numbers near z = {:.0f}, and a network that is
training can get there. The formulas written down naively then give inf and nan,
which spoil everything they touch:

     score     e^z   e^z / sum   softmax   ln(softmax)   log_softmax
)",
             std::floor(std::log(std::numeric_limits<double>::max())));
  const DoubleTensor scores{1e4, 0, -1e4};
  const DoubleTensor p = softmax(scores), log_p = log_softmax(scores);
  double sum = 0;
  for (const double z : scores) sum += std::exp(z);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double naive = std::abs(std::exp(scores(i)) / sum);  // a nan's sign means nothing
    fmt::print("     {:<7.0f}{:>6.0f}{:>10.0f}{:>12.0f}{:>13.0f}{:>14.0f}\n", scores(i), std::exp(scores(i)), naive,
               p(i), std::log(p(i)), log_p(i));
  }
  fmt::print(R"(
The library first subtracts the largest score from all, which changes no
probability and lets nothing overflow. And it never takes the logarithm of a
probability that may have become 0, but uses

     log softmax(z)_i = z_i - log sum over k of e^z_k

CrossEntropyLoss works so: with these scores it is finite for every label.

     label    loss in nats    gradient
)");
  CrossEntropyLoss loss;
  for (std::size_t label = 0; label < scores.size(); ++label) {
    const double value = loss.forward(as_batch(scores), as_label(label));
    const Tensor& g = loss.backward();
    const auto show = [&](std::size_t i) { return static_cast<double>(g(0, i)) + 0.0; };  // turns -0 into 0
    fmt::print("     {:<5}{:>13.0f}        ({:.0f}, {:.0f}, {:.0f})\n", label, value, show(0), show(1), show(2));
  }
  fmt::print("\nAgain p - t: however wrong the answer, no score is pushed by more than 1.\n");
}
