// The gradient of the loss with respect to the scores, by formula and by finite differences.

#include <apps/cross_entropy/chapters.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace minnow;

namespace {

using LossOfScores = std::function<double(const DoubleTensor&)>;

/// Returns central differences, (loss(z + h) - loss(z - h)) / 2h for each score, with an error of about h^2.
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

/// Returns the sigmoid of each score, which is the first element of softmax(z, 0).
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

/// Returns the scores as a batch of 1: (1, C).
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

/// Returns the gradient of mixed_loss, in which every p_j depends on every z_i.
DoubleTensor full_derivative(const DoubleTensor& p, const DoubleTensor& t) {
  double sum = 0;
  for (std::size_t j = 0; j < p.size(); ++j) sum += (p(j) - t(j)) / (1 - p(j));
  DoubleTensor result = p;
  for (std::size_t i = 0; i < p.size(); ++i) result(i) = (p(i) - t(i)) / (1 - p(i)) - p(i) * sum;
  return result;
}

void print_check(const char* loss, const DoubleTensor& claimed, const DoubleTensor& numerical) {
  const double error = largest_difference(claimed, numerical);
  fmt::print("     {:50}{:>9.5f}   {}\n", loss, error, error < 1e-6 ? "yes" : "NO");
}

}  // namespace

void gradient_of_the_scores() {
  fmt::print(R"(
Training needs the derivative of the loss with respect to each score: the change
of the loss per change of the score. With softmax and cross-entropy nearly all
terms cancel, and the derivative is the error of the probability:

     d loss / d score_i = p_i - t_i

A finite difference checks the formula: add 0.00001 to one score, subtract it,
and compare the losses. For the dog of chapter 2, with the gradient that
CrossEntropyLoss returns:

     class     score   target     p - t  numerical   CrossEntropyLoss
)");
  const DoubleTensor error = difference(softmax(example_scores), example_target);
  const DoubleTensor numerical = numerical_gradient(softmax_loss, example_scores);
  CrossEntropyLoss loss;
  loss.forward(as_batch(example_scores), as_label(0));
  const Tensor& backward = loss.backward();
  for (std::size_t i = 0; i < error.size(); ++i)
    fmt::print("     {:8}{:>7.1f}{:>9.0f}{:>10.5f}{:>11.5f}{:>19.5f}\n", class_names[i], example_scores(i),
               example_target(i), error(i), numerical(i), backward(0, i));
  const DoubleTensor updated = difference(example_scores, error);
  fmt::print(R"(
The gradient of the score of dog is negative: a larger score gives a smaller
loss. A step against the gradient, scores minus (p - t), changes the loss from
{:.4f} to {:.4f} nats.
)",
             softmax_loss(example_scores), softmax_loss(updated));
  fmt::print(R"(
The same formula is correct for sigmoids, if the loss is the sum of their binary
cross-entropies. Each score then decides a yes-or-no question of its own:

     class     score   target   sigmoid p     p - t  numerical
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
Some derivations use softmax for p and the binary form for the loss,

     L = -sum over i of [t_i log p_i + (1 - t_i) log(1 - p_i)]

and claim that the gradient is p - t. Compare:

     class      claimed, p - t   numerical    correct
)");
  for (std::size_t i = 0; i < p.size(); ++i)
    fmt::print("     {:8}{:>17.5f}{:>12.5f}{:>11.5f}\n", class_names[i], claimed(i), numerical(i), full(i));
  fmt::print(R"(
The claim is wrong. It multiplies dL/dp_i = (p_i - t_i) / (p_i (1 - p_i)) by
dp_i/dz_i = p_i (1 - p_i), as if a score changed only its own probability. This
is true of the sigmoid. With softmax the probabilities sum to 1, so that z_i
changes every other p_j too, with dp_j/dz_i = -p_j p_i. The correct gradient is

     dL/dz_i = (p_i - t_i)/(1 - p_i) - p_i sum over j of (p_j - t_j)/(1 - p_j)

The largest error of p - t as the gradient of each of the three losses:

     probabilities and loss                            error of   correct
                                                         p - t
)");
  print_check("softmax, -sum t log p", claimed, numerical_gradient(softmax_loss, example_scores));
  const DoubleTensor sigmoid_claim = difference(sigmoids(example_scores), example_target);
  print_check("sigmoid, -sum [t log p + (1 - t) log(1 - p)]", sigmoid_claim,
              numerical_gradient(sigmoid_loss, example_scores));
  print_check("softmax, -sum [t log p + (1 - t) log(1 - p)]", claimed, numerical);
  fmt::print(R"(
Use softmax with -sum t log p, and the sigmoid with the binary form.
)");
}

void huge_scores() {
  fmt::print(R"(
e^z exceeds the range of double near z = {:.0f}, and scores can become as large
during training. A direct evaluation of the formulas then gives inf and nan,
which spread to all later results:

     score     e^z   e^z / sum   softmax   ln(softmax)   log_softmax
)",
             std::floor(std::log(std::numeric_limits<double>::max())));
  const DoubleTensor scores{1e4, 0, -1e4};
  const DoubleTensor p = softmax(scores), log_p = log_softmax(scores);
  double sum = 0;
  for (const double z : scores) sum += std::exp(z);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double naive = std::abs(std::exp(scores(i)) / sum);  // removes the sign of a nan
    fmt::print("     {:<7.0f}{:>6.0f}{:>10.0f}{:>12.0f}{:>13.0f}{:>14.0f}\n", scores(i), std::exp(scores(i)), naive,
               p(i), std::log(p(i)), log_p(i));
  }
  fmt::print(R"(
The library first subtracts the largest score from all scores, which does not
change the probabilities and avoids overflow. It never computes the logarithm of
a probability that may have underflowed to 0, but uses

     log softmax(z)_i = z_i - log sum over k of e^z_k

CrossEntropyLoss uses this formula: with these scores the loss is finite for
every label.

     label    loss in nats    gradient
)");
  CrossEntropyLoss loss;
  for (std::size_t label = 0; label < scores.size(); ++label) {
    const double value = loss.forward(as_batch(scores), as_label(label));
    const Tensor& g = loss.backward();
    const auto show = [&](std::size_t i) { return static_cast<double>(g(0, i)) + 0.0; };  // converts -0 to 0
    fmt::print("     {:<5}{:>13.0f}        ({:.0f}, {:.0f}, {:.0f})\n", label, value, show(0), show(1), show(2));
  }
  fmt::print("\nThe gradient is p - t: no element exceeds 1, however large the error.\n");
}
