// Entropy, cross-entropy, and where they come from.

#include <apps/cross_entropy/chapters.hpp>

#include <cmath>
#include <numbers>

using namespace minnow;

namespace {

/// The chance of red and of blue.
DoubleTensor urn(int red, int balls) {
  const double share = static_cast<double>(red) / balls;
  return DoubleTensor{share, 1 - share};
}

/// To as many decimals as one would copy by hand.
double rounded(double value, int decimals) {
  const double unit = std::pow(10.0, decimals);
  return std::round(value * unit) / unit;
}

/// The cross-entropy with a one-hot target, where the right class was given probability p.
double cost_of(double p, Unit unit) { return cost(DoubleTensor{p, 1 - p}, DoubleTensor{1, 0}, unit); }

void print_penalties() {
  fmt::print("\n     p(right)    bits     nats\n");
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
Draw a ball from an urn of 30, red and blue. How surprising is its colour? An
outcome of probability p has the surprise -log p: none if it was certain, the
more the rarer it is. The average surprise, each outcome weighted by how often
it comes, is the entropy (Shannon, 1948):

     H(p) = -sum over i of p_i log p_i

With logarithms to base 2 the unit is the bit, the answer to one yes-or-no
question.

     red   blue    p(red)    entropy in bits
)");
  for (const int red : {26, 14, 29})
    fmt::print("     {:>3}{:>7}{:>10.4f}{:>15.4f}\n", red, 30 - red, urn(red, 30)(0),
               entropy(urn(red, 30), Unit::bits)());
  DoubleTensor equal = DoubleTensor::from_shape({4});
  equal.fill(0.25);
  fmt::print(R"(
An urn of nearly one colour holds little surprise; an even one holds nearly a
full bit. Four equal classes take {:.0f} questions: their entropy is {:.4f} bits, or
{:.4f} nats, the unit of logarithms to base e (1 bit = ln 2 = {:.4f} nats). A
network that knows nothing yet, and gives four classes equal chances, has just
this loss.
)",
             entropy(equal, Unit::bits)(), entropy(equal, Unit::bits)(), entropy(equal)(), std::numbers::ln2);
}

void cost_of_a_prediction() {
  const DoubleTensor p = softmax(example_scores);
  const double by_hand = rounded(p(0), 3), trained = 0.938;
  fmt::print(R"(
Entropy is the surprise of somebody who knows the probabilities. Cross-entropy
is that of somebody who believes in p while things happen with probabilities t:

     H(t, p) = -sum over i of t_i log p_i

Believing in the urn of 14 red balls while drawing from the one of 26 costs
{:.4f} bits a ball, where knowing better would cost {:.4f}. It is lowest, and
equal to the entropy, when p = t: so it can tell a network how wrong it is.

For a picture, t is the label's one-hot code, and only the term of the right
class is left: the loss is -log p(right class). For the dog of chapter 2,
p = ({:.3f}, {:.3f}, {:.3f}, {:.3f}) against t = (1, 0, 0, 0):

     probability of dog           bits, -log2 p     nats, -ln p
     in full, {:.7f}           {:>13.4f}{:>16.4f}
     printed as {:.3f}             {:>13.4f}{:>16.4f}

The rows differ because the second starts from the rounded probability; the
columns differ by the base of the logarithm, a factor of ln 2 = {:.4f}. Training
uses nats.
)",
             cost(urn(14, 30), urn(26, 30), Unit::bits), entropy(urn(26, 30), Unit::bits)(), p(0), p(1), p(2), p(3),
             p(0), cost(p, example_target, Unit::bits), cost(p, example_target), by_hand, cost_of(by_hand, Unit::bits),
             cost_of(by_hand, Unit::nats), std::numbers::ln2);
  fmt::print(R"(
Suppose that training raises the dog's probability to {:.3f}. The loss falls to
{:.4f} bits, {:.4f} nats. (Some texts print 0.095, by a slip.) A
perfect prediction costs {:.4f}. The less the right class was believed in, the
steeper the penalty, without limit as p goes to 0 (the bars show nats):
)",
             trained, cost_of(trained, Unit::bits), cost_of(trained, Unit::nats), cost(example_target, example_target));
  print_penalties();
}

void likelihood() {
  const DoubleTensor p{0.7, 0.2, 0.1}, t{1, 0, 0};
  const double chance = p(0) * t(0) + p(1) * t(1) + p(2) * t(2), bits = cost(p, t, Unit::bits);
  fmt::print(R"(
What probability did the network give to what really happened? Multiplied by the
one-hot target and added up, ({:.1f}, {:.1f}, {:.1f}) . ({:.0f}, {:.0f}, {:.0f}) = {:.1f}: the target picks
the right class. The cross-entropy is the same number on another scale, and can
be taken back:

     -log2 {:.1f} = {:.10f} bits        2^-{:.10f} = {:.1f}

Why that scale? The right answers to several pictures together have the product
of their probabilities, the likelihood. Training wants it large. A product of
thousands of them underflows to 0 in a computer, though; its logarithm is a sum,
which does not. Two samples of three classes, with labels 0 and 2:

     sample    probabilities    label   p(label)   loss = -ln p(label)
)",
             p(0), p(1), p(2), t(0), t(1), t(2), chance, chance, bits, bits, std::exp2(-bits));
  const DoubleTensor batch{{0.1, 0.3, 0.6}, {0.2, 0.3, 0.5}};
  const DoubleTensor labels{0, 2};
  const DoubleTensor losses = cross_entropy(batch, labels);
  double product = 1, sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double right = batch(i, class_index(labels(i), 3, i, "likelihood"));
    fmt::print("     {:<8}({:.1f}, {:.1f}, {:.1f}){:>7.0f}{:>11.1f}{:>22.8f}\n", i + 1, batch(i, 0), batch(i, 1),
               batch(i, 2), labels(i), right, losses(i));
    product *= right;
    sum += losses(i);
  }
  fmt::print(R"(
     sum of the losses        {:.8f}
     -ln of the likelihood    {:.8f}   = -ln {:.2f}
     mean of the losses       {:.8f}

So the smallest sum of losses belongs to the largest likelihood. Reported and
trained on is the mean, which does not grow with the number of samples.
)",
             sum, -std::log(product), product, sum / static_cast<double>(labels.size()));
}

void two_classes() {
  fmt::print(R"(
For a yes-or-no question one probability will do: p for yes, 1 - p for no. The
binary cross-entropy

     -[t log p + (1 - t) log(1 - p)]

looks new, but for each target only one of its terms is left, and it is the
cross-entropy of (p, 1 - p). In nats:

     target     case           p    binary     of (p, 1 - p)
)");
  for (const double t : {1.0, 0.0})
    for (const double p : {0.9, 0.7, 0.2})
      fmt::print("     {:<11.0f}{:<11}{:>5.1f}{:>10.4f}{:>14.4f}\n", t, t == 1 ? "-ln p" : "-ln(1 - p)", p,
                 binary_cross_entropy(DoubleTensor{p}, DoubleTensor{t})(0),
                 cost(DoubleTensor{p, 1 - p}, DoubleTensor{t, 1 - t}));
  fmt::print(R"(
One score z will do, too. The sigmoid, 1 / (1 + e^-z), is the first half of
softmax(z, 0), since dividing both e^z and e^0 = 1 by e^z changes no ratio:

        z   sigmoid     softmax(z, 0)     binary, t = 1     two classes
)");
  for (const double z : {-3.0, -0.5, 0.0, 2.0}) {
    const DoubleTensor both = softmax(DoubleTensor{z, 0});
    const double p = 1 / (1 + std::exp(-z));
    fmt::print("     {:>4.1f}{:>10.4f}    {:.4f}  {:.4f}{:>18.4f}{:>16.4f}\n", z, p, both(0), both(1),
               binary_cross_entropy(DoubleTensor{p}, DoubleTensor{1})(0), cost(both, DoubleTensor{1, 0}));
  }
}
