// Entropy, cross-entropy and likelihood.

#include <apps/cross_entropy/chapters.hpp>

#include <cmath>
#include <numbers>

using namespace minnow;

namespace {

/// Returns the probabilities of red and blue.
DoubleTensor urn(int red, int balls) {
  const double share = static_cast<double>(red) / balls;
  return DoubleTensor{share, 1 - share};
}

/// Rounds to a number of decimals.
double rounded(double value, int decimals) {
  const double unit = std::pow(10.0, decimals);
  return std::round(value * unit) / unit;
}

/// Returns the cross-entropy of a prediction with probability p for the label.
double cost_of(double p, Unit unit) { return cost(DoubleTensor{p, 1 - p}, DoubleTensor{1, 0}, unit); }

void print_losses() {
  fmt::print("\n     p(label)    bits     nats\n");
  for (const double q : {1.0, 0.938, 0.775, 0.5, 0.25, 0.1, 0.01, 0.001}) {
    const double nats = cost_of(q, Unit::nats);
    const auto bar = static_cast<std::size_t>(std::lround(6 * nats));
    fmt::print("     {:<8.3f}{:>8.4f}{:>9.4f}{}{:#<{}}\n", q, cost_of(q, Unit::bits), nats, bar == 0 ? "" : "  ", "",
               bar);
  }
}

}  // namespace

void uncertainty() {
  fmt::print(R"(
A ball is drawn from an urn of 30 red and blue balls. An outcome of probability
p has the surprisal -log p: 0 if the outcome is certain, and larger for rarer
outcomes. The entropy (Shannon, 1948) is the mean surprisal, in which each
outcome is weighted by its probability:

     H(p) = -sum over i of p_i log p_i

With logarithms to base 2 the unit is the bit, the information of one yes-or-no
question.

     red   blue    p(red)    entropy in bits
)");
  for (const int red : {26, 14, 29})
    fmt::print("     {:>3}{:>7}{:>10.4f}{:>15.4f}\n", red, 30 - red, urn(red, 30)(0),
               entropy(urn(red, 30), Unit::bits)());
  DoubleTensor equal = DoubleTensor::from_shape({4});
  equal.fill(0.25);
  fmt::print(R"(
An urn of nearly one colour has a low entropy; a nearly even urn has an entropy
of nearly 1 bit. Four equally likely classes need {:.0f} questions: their entropy is
{:.4f} bits, or {:.4f} nats, the unit of logarithms to base e (1 bit = ln 2 =
{:.4f} nats). An untrained network that predicts equal probabilities for four
classes has this loss.
)",
             entropy(equal, Unit::bits)(), entropy(equal, Unit::bits)(), entropy(equal)(), std::numbers::ln2);
}

void cost_of_a_prediction() {
  const DoubleTensor p = softmax(example_scores);
  const double by_hand = rounded(p(0), 3), trained = 0.938;
  fmt::print(R"(
Entropy is the mean surprisal if the probabilities are known. Cross-entropy is
the mean surprisal under predicted probabilities p if the true ones are t:

     H(t, p) = -sum over i of t_i log p_i

For p of the urn with 14 red balls and t of the urn with 26, the cross-entropy
is {:.4f} bits; the entropy of t is {:.4f} bits. The cross-entropy has its
minimum, the entropy, at p = t: so it measures the error of a prediction.

For an image, t is the one-hot code of its label, and only the term of the label
remains: the loss is -log p(label). For the dog of chapter 2,
p = ({:.3f}, {:.3f}, {:.3f}, {:.3f}) against t = (1, 0, 0, 0):

     probability of dog           bits, -log2 p     nats, -ln p
     exact, {:.7f}             {:>13.4f}{:>16.4f}
     rounded to {:.3f}             {:>13.4f}{:>16.4f}

The rows differ because the second row uses the rounded probability. The columns
differ by the base of the logarithm, a factor of ln 2 = {:.4f}. Training uses
nats.
)",
             cost(urn(14, 30), urn(26, 30), Unit::bits), entropy(urn(26, 30), Unit::bits)(), p(0), p(1), p(2), p(3),
             p(0), cost(p, example_target, Unit::bits), cost(p, example_target), by_hand, cost_of(by_hand, Unit::bits),
             cost_of(by_hand, Unit::nats), std::numbers::ln2);
  fmt::print(R"(
If training raises the probability of dog to {:.3f}, the loss falls to {:.4f}
bits, {:.4f} nats. (Some texts print 0.095, an error.) The loss of a perfect
prediction is {:.4f}. The loss grows without limit as the probability of the
label approaches 0 (the bars show nats):
)",
             trained, cost_of(trained, Unit::bits), cost_of(trained, Unit::nats), cost(example_target, example_target));
  print_losses();
}

void likelihood() {
  const DoubleTensor p{0.7, 0.2, 0.1}, t{1, 0, 0};
  const double p_label = p(0) * t(0) + p(1) * t(1) + p(2) * t(2), bits = cost(p, t, Unit::bits);
  fmt::print(R"(
The dot product of the probabilities and the one-hot target is the probability
of the label: ({:.1f}, {:.1f}, {:.1f}) . ({:.0f}, {:.0f}, {:.0f}) = {:.1f}. The cross-entropy is the
same value on a logarithmic scale, and can be converted back:

     -log2 {:.1f} = {:.10f} bits        2^-{:.10f} = {:.1f}

The likelihood of several samples is the product of the probabilities of their
labels. Training maximises the likelihood. A product of thousands of
probabilities underflows to 0 in floating point; its logarithm is a sum, which
does not underflow. Two samples of three classes, with labels 0 and 2:

     sample    probabilities    label   p(label)   loss = -ln p(label)
)",
             p(0), p(1), p(2), t(0), t(1), t(2), p_label, p_label, bits, bits, std::exp2(-bits));
  const DoubleTensor batch{{0.1, 0.3, 0.6}, {0.2, 0.3, 0.5}};
  const DoubleTensor labels{0, 2};
  const DoubleTensor losses = cross_entropy(batch, labels);
  double product = 1, sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double p_of_label = batch(i, class_index(labels(i), 3, i, "likelihood"));
    fmt::print("     {:<8}({:.1f}, {:.1f}, {:.1f}){:>7.0f}{:>11.1f}{:>22.8f}\n", i + 1, batch(i, 0), batch(i, 1),
               batch(i, 2), labels(i), p_of_label, losses(i));
    product *= p_of_label;
    sum += losses(i);
  }
  fmt::print(R"(
     sum of the losses        {:.8f}
     -ln of the likelihood    {:.8f}   = -ln {:.2f}
     mean of the losses       {:.8f}

The sum of the losses is smallest where the likelihood is largest. Training uses
the mean, which does not grow with the number of samples.
)",
             sum, -std::log(product), product, sum / static_cast<double>(labels.size()));
}

void two_classes() {
  fmt::print(R"(
With two classes one probability is enough: p for class 1, 1 - p for class 0.
The binary cross-entropy

     -[t log p + (1 - t) log(1 - p)]

has one term that is not 0 for each target, and equals the cross-entropy of
(p, 1 - p). In nats:

     target     case           p    binary     of (p, 1 - p)
)");
  for (const double t : {1.0, 0.0})
    for (const double p : {0.9, 0.7, 0.2})
      fmt::print("     {:<11.0f}{:<11}{:>5.1f}{:>10.4f}{:>14.4f}\n", t, t == 1 ? "-ln p" : "-ln(1 - p)", p,
                 binary_cross_entropy(DoubleTensor{p}, DoubleTensor{t})(0),
                 cost(DoubleTensor{p, 1 - p}, DoubleTensor{t, 1 - t}));
  fmt::print(R"(
One score z is enough, too. The sigmoid, 1 / (1 + e^-z), is the first element of
softmax(z, 0): dividing e^z and e^0 = 1 by e^z does not change their ratio.

        z   sigmoid     softmax(z, 0)     binary, t = 1     two classes
)");
  for (const double z : {-3.0, -0.5, 0.0, 2.0}) {
    const DoubleTensor both = softmax(DoubleTensor{z, 0});
    const double p = 1 / (1 + std::exp(-z));
    fmt::print("     {:>4.1f}{:>10.4f}    {:.4f}  {:.4f}{:>18.4f}{:>16.4f}\n", z, p, both(0), both(1),
               binary_cross_entropy(DoubleTensor{p}, DoubleTensor{1})(0), cost(both, DoubleTensor{1, 0}));
  }
}
