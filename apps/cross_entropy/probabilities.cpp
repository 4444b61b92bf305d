// Labels, and the conversion of scores to probabilities.

#include <apps/cross_entropy/chapters.hpp>

#include <cmath>
#include <numeric>
#include <span>
#include <vector>

using namespace minnow;

namespace {

/// Returns integer codes as points with one coordinate: (N) to (N, 1).
DoubleTensor as_points(DoubleTensor codes) {
  codes.reshape({codes.size(), 1});
  return codes;
}

/// Returns the distance of two rows of points: (N, D).
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
A network computes with numbers, so every class needs a code. If the classes
have an order, integers are a good code: poor = 0, neutral = 1, good = 2. The
distances between the codes are correct: good is further from poor than neutral.
)");
  const std::array<std::string, 3> grades{"poor", "neutral", "good"};
  print_distances(as_points({0, 1, 2}), grades, 0);
  fmt::print(R"(
Animals have no order. The integers dog = 0, cat = 1, horse = 2, cheetah = 3
nevertheless imply distances:
)");
  const DoubleTensor codes = as_points({0, 1, 2, 3});
  print_distances(codes, class_names, 0);
  fmt::print(R"(
|dog - cheetah| = {:.0f} but |dog - cat| = {:.0f}: if a network predicted these codes, the
error of cheetah for a dog would be three times that of cat, and the mean of dog
and horse, ({:.0f} + {:.0f}) / 2 = {:.0f}, would be the code of cat. One-hot codes avoid both:
one element per class, 1 for the class itself and 0 for all others.

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
  fmt::print("\n\nAll pairs of classes have the same distance, sqrt(2) = {:.4f}:\n", std::sqrt(2.0));
  print_distances(rows, class_names, 4);
  fmt::print(R"(
(Minnow stores a label as a class index, which needs less memory, and uses the
index only as the position of the 1.)
)");
}

void scores_to_probabilities() {
  fmt::print(R"(
For an image of a dog, a network computes a score for each class, which can be
any number. Scores are also called logits. Softmax converts scores to
probabilities: e to the power of each score is positive, and division by the sum
makes the probabilities sum to 1.

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
  const DoubleTensor prediction = argmax(batch);
  const DoubleTensor predicted_row = one_hot(prediction, class_names.size());
  fmt::print(R"(
The predicted class has the largest score, and so the largest probability:
argmax = {:.0f}, {}; as one-hot, ({:.0f}, {:.0f}, {:.0f}, {:.0f}). The predicted class alone does not
show its probability, {:.1f} %. Training needs the probability, and so uses the
output of softmax, not argmax.
)",
             prediction(0), class_names[class_index(prediction(0), class_names.size(), 0, "argmax")],
             predicted_row(0, 0), predicted_row(0, 1), predicted_row(0, 2), predicted_row(0, 3), 100 * p(0));
}

void dividing_by_the_sum() {
  fmt::print(R"(
Dividing the scores by their sum, without e^z, does not give probabilities:

     scores          divided by the sum        softmax
)");
  const std::vector<DoubleTensor> pairs{{2, 4}, {4, 8}, {2, -1}, {1, -1}};
  for (const DoubleTensor& scores : pairs) {
    const DoubleTensor shares = divided_by_sum(scores), p = softmax(scores);
    fmt::print("     ({:2.0f}, {:2.0f}) {:>15.3f}{:>9.3f}{:>16.3f}{:>9.3f}\n", scores(0), scores(1), shares(0),
               shares(1), p(0), p(1));
  }
  fmt::print(R"(
- Division gives the same result for (2, 4) and (4, 8), whose differences are 2
  and 4. Softmax depends only on the difference of the scores: for a difference
  of 2 the ratio of the probabilities is e^2 = {:.3f}, for a difference of 4
  it is e^4 = {:.3f}. The fourth row has the difference of the first row with the
  opposite sign.
- Division fails for negative scores: the third row has a value above 1 and a
  value below 0, and the sum of the fourth row is 0. e^z is always positive.
)",
             std::exp(2.0), std::exp(4.0));
}
