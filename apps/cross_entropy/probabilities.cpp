// Labels, and the way from scores to probabilities.

#include <apps/cross_entropy/chapters.hpp>

#include <cmath>
#include <numeric>
#include <span>
#include <vector>

using namespace minnow;

namespace {

/// Integer codes as points of one coordinate: (N) to (N, 1).
DoubleTensor on_a_line(DoubleTensor codes) {
  codes.reshape({codes.size(), 1});
  return codes;
}

/// points: (N, D), a point a row.
double distance(const DoubleTensor& points, std::size_t i, std::size_t j) {
  double squares = 0;
  for (std::size_t k = 0; k < points.shape()[1]; ++k) squares += std::pow(points(i, k) - points(j, k), 2);
  return std::sqrt(squares);
}

void print_distances(const DoubleTensor& points, std::span<const std::string> names, int decimals) {
  fmt::print("\n     {:10}", "distance");
  for (const std::string& name : names) fmt::print("{:>9}", name);
  fmt::print("\n");
  for (std::size_t i = 0; i < names.size(); ++i) {
    fmt::print("     {:10}", names[i]);
    for (std::size_t j = 0; j < names.size(); ++j)
      fmt::print("{:>9.{}f}", distance(points, i, j), i == j ? 0 : decimals);
    fmt::print("\n");
  }
}

DoubleTensor divided_by_sum(const DoubleTensor& scores) {
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  DoubleTensor result = scores;
  for (double& value : result) value /= sum;
  return result;
}

}  // namespace

void labels_as_numbers() {
  fmt::print(R"(
A network computes with numbers, so every class needs some. If the classes have
an order, count them: poor = 0, neutral = 1, good = 2. The distances between the
codes then tell the truth, that good is further from poor than neutral is:
)");
  const std::array<std::string, 3> grades{"poor", "neutral", "good"};
  print_distances(on_a_line({0, 1, 2}), grades, 0);
  fmt::print(R"(
Animals have no order. Counted as dog = 0, cat = 1, horse = 2, cheetah = 3, they
get distances all the same:
)");
  const DoubleTensor codes = on_a_line({0, 1, 2, 3});
  print_distances(codes, class_names, 0);
  fmt::print(R"(
|dog - cheetah| = {:.0f} but |dog - cat| = {:.0f}: a network that had to hit these numbers
would call a cheetah three times as wrong for a dog as a cat, and take halfway
between dog and horse, ({:.0f} + {:.0f}) / 2 = {:.0f}, for a cat. One-hot codes avoid that: a
place for each class, 1 in its own and 0 in all others.

     {:10})",
             distance(codes, 0, 3), distance(codes, 0, 1), codes(0, 0), codes(2, 0), (codes(0, 0) + codes(2, 0)) / 2,
             "one-hot");
  for (const std::string& name : class_names) fmt::print("{:>9}", name);
  const DoubleTensor labels{0, 1, 2, 3};
  const DoubleTensor rows = one_hot(labels, class_names.size());
  for (std::size_t i = 0; i < class_names.size(); ++i) {
    fmt::print("\n     {:10}", class_names[i]);
    for (std::size_t j = 0; j < class_names.size(); ++j) fmt::print("{:>9.0f}", rows(i, j));
  }
  fmt::print("\n\nNow every two classes are equally far apart, sqrt(2) = {:.4f}:\n", std::sqrt(2.0));
  print_distances(rows, class_names, 4);
  fmt::print(R"(
(Minnow stores a label as its number, because that is shorter, but only ever
uses it to find the place of the 1.)
)");
}

void scores_to_probabilities() {
  fmt::print(R"(
Shown a picture of a dog, a network gives each class a score, any number at all;
scores are also called logits. Softmax makes probabilities of them: raise e to
each score, which makes it positive, then divide by the sum, so that they add up
to 1.

     class      score z       e^z     softmax = e^z / sum
)");
  const DoubleTensor p = softmax(example_scores);
  double exponentials = 0, total = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double e = std::exp(example_scores(i));
    fmt::print("     {:8}{:>10.1f}{:>10.4f}{:>12.3f}\n", class_names[i], example_scores(i), e, p(i));
    exponentials += e;
    total += p(i);
  }
  fmt::print("     {:8}{:>10}{:>10.4f}{:>12.3f}\n", "sum", "", exponentials, total);

  DoubleTensor batch = example_scores;
  batch.reshape({1, class_names.size()});
  const DoubleTensor answer = argmax(batch);
  const DoubleTensor chosen = one_hot(answer, class_names.size());
  fmt::print(R"(
The answer is the class of the largest score, which is also the one of the
largest probability: argmax = {:.0f}, {}; as one-hot, ({:.0f}, {:.0f}, {:.0f}, {:.0f}). How sure the
network is of it, {:.1f} %, is lost in that; training needs to know, and so works
on the probabilities.
)",
             answer(0), class_names[class_index(answer(0), class_names.size(), 0, "argmax")], chosen(0, 0),
             chosen(0, 1), chosen(0, 2), chosen(0, 3), 100 * p(0));
}

void dividing_by_the_sum() {
  fmt::print(R"(
Could the scores themselves be divided by their sum, without the e^z? Compare:

     scores          divided by the sum        softmax
)");
  const std::vector<DoubleTensor> pairs{{2, 4}, {4, 8}, {2, -1}, {1, -1}};
  for (const DoubleTensor& scores : pairs) {
    const DoubleTensor shares = divided_by_sum(scores), p = softmax(scores);
    fmt::print("     ({:2.0f}, {:2.0f}) {:>15.3f}{:>9.3f}{:>16.3f}{:>9.3f}\n", scores(0), scores(1), shares(0),
               shares(1), p(0), p(1));
  }
  fmt::print(R"(
- (2, 4) and (4, 8) come out the same when divided, although the second network
  is surer of its answer. To softmax it is the gap that counts: a gap of 2 gives
  one class e^2 = {:.3f} times the probability of the other, a gap of 4 gives it
  e^4 = {:.3f} times. The fourth row has the gap of the first, turned round.
- A negative score breaks the division: the third row has a probability above 1
  and one below 0, and in the fourth the sum is 0. e^z is always positive.
)",
             std::exp(2.0), std::exp(4.0));
}
