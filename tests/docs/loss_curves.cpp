// Prints docs/losses/curves.json, the values of the figures of docs/losses.md: value and gradient of each loss, as the
// library computes them, as functions of one element of the prediction of one sample.

#include <minnow/minnow.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

namespace {

using namespace minnow;
using Values = std::vector<double>;

/// The prediction at one place of the x axis, and its derivative along that axis.
struct Point {
  Values prediction, slope;
};

struct Curve {
  std::string label;
  Values loss, gradient;
};

struct Figure {
  std::string name, x_label, gradient_label;
  Values x;
  Shape shape;  // of the prediction, (1, ...)
  std::function<Point(double)> point;
  std::vector<Curve> curves = {};

  Figure& add(const std::string& label, Loss&& loss, const Tensor& target) {
    Curve curve{label, {}, {}};
    for (const double at : x) {
      const auto [values, slope] = point(at);
      Tensor prediction = zeros(shape);
      for (std::size_t k = 0; k < values.size(); ++k) prediction.data()[k] = static_cast<Real>(values[k]);
      curve.loss.push_back(loss.forward(prediction, target));
      double gradient = 0;
      for (std::size_t k = 0; k < slope.size(); ++k)
        gradient += slope[k] * static_cast<double>(loss.backward().data()[k]);
      curve.gradient.push_back(gradient);
    }
    curves.push_back(curve);
    return *this;
  }
};

/// Returns 61 values from first to last. Values near a kink are replaced by one value on each side of the kink.
Values range(double first, double last, const Values& kinks = {}) {
  const double step = (last - first) / 60;
  Values result;
  for (int i = 0; i <= 60; ++i) result.push_back(first + i * step);
  for (const double kink : kinks) {
    std::erase_if(result, [&](double x) { return std::abs(x - kink) < step / 2; });
    result.insert(result.end(), {kink - step / 1000, kink + step / 1000});
  }
  std::sort(result.begin(), result.end());
  return result;
}

Tensor vector(std::vector<Real> values) { return from(values, {values.size()}); }
Tensor row(std::vector<Real> values) { return from(values, {1, values.size()}); }

Point first_of_two(double x) { return {{x, 0}, {1, 0}}; }
Point single(double x) { return {{x}, {1}}; }
Point log_probabilities(double p) { return {{std::log(p), std::log1p(-p)}, {1, 0}}; }
Point log_probability(double x) { return {{x, std::log(-std::expm1(x))}, {1, 0}}; }
Point rotated(double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  return {{std::cos(angle), std::sin(angle), 1, 0}, {-std::sin(angle), std::cos(angle), 0, 0}};
}

void add_classes(std::vector<Figure>& figures) {
  const std::string logits = "logit 0 - logit 1";
  figures.push_back({"CrossEntropyLoss", logits, "dL / d logit 0", range(-6, 6), {1, 2}, first_of_two});
  figures.back()
      .add("label 0", CrossEntropyLoss(), vector({0}))
      .add("label 1", CrossEntropyLoss(), vector({1}))
      .add("label 0, label_smoothing = 0.1", CrossEntropyLoss({.label_smoothing = 0.1}), vector({0}))
      .add("label 0, label_smoothing = 0.4", CrossEntropyLoss({.label_smoothing = 0.4}), vector({0}))
      .add("probabilities 0.5, 0.5", CrossEntropyLoss(), row({0.5, 0.5}));
  figures.push_back({"NLLLoss", "log-probability of the label", "dL / dx", range(-6, -0.1), {1, 2}, log_probability});
  const auto weighted = [](double weight) {
    return NLLLoss({.weight = vector({static_cast<Real>(weight), 1}), .reduction = Reduction::sum});
  };
  figures.back()
      .add("weight = 0.5", weighted(0.5), vector({0}))
      .add("weight = 1 (default)", NLLLoss(), vector({0}))
      .add("weight = 2", weighted(2), vector({0}));
  figures.push_back({"FocalLoss", logits + ", label 0", "dL / d logit 0", range(-6, 6), {1, 2}, first_of_two});
  figures.back()
      .add("gamma = 0 (cross-entropy)", FocalLoss({.gamma = 0}), vector({0}))
      .add("gamma = 0.5", FocalLoss({.gamma = 0.5}), vector({0}))
      .add("gamma = 1", FocalLoss({.gamma = 1}), vector({0}))
      .add("gamma = 2 (default)", FocalLoss(), vector({0}))
      .add("gamma = 5", FocalLoss({.gamma = 5}), vector({0}));
  figures.push_back({"MultiMarginLoss",
                     "score 0 - score 1, label 0",
                     "dL / d score 0",
                     range(-3, 3, {0.5, 1}),
                     {1, 2},
                     first_of_two});
  figures.back()
      .add("p = 1 (default)", MultiMarginLoss(), vector({0}))
      .add("p = 1, margin = 0.5", MultiMarginLoss({.margin = 0.5}), vector({0}))
      .add("p = 2", MultiMarginLoss({.p = 2}), vector({0}));
}

void add_binary(std::vector<Figure>& figures) {
  figures.push_back({"BCELoss", "probability x", "dL / dx", range(0.05, 0.95), {1, 1}, single});
  figures.back()
      .add("t = 1", BCELoss(), vector({1}))
      .add("t = 0", BCELoss(), vector({0}))
      .add("t = 0.7", BCELoss(), vector({Real(0.7)}));
  figures.push_back({"BCEWithLogitsLoss", "logit x", "dL / dx", range(-6, 6), {1, 1}, single});
  figures.back()
      .add("t = 1", BCEWithLogitsLoss(), vector({1}))
      .add("t = 0", BCEWithLogitsLoss(), vector({0}))
      .add("t = 0.7", BCEWithLogitsLoss(), vector({Real(0.7)}))
      .add("t = 1, pos_weight = 2", BCEWithLogitsLoss({.pos_weight = vector({2})}), vector({1}));
  figures.push_back(
      {"SigmoidFocalLoss", "logit x; alpha = 0.25, gamma = 2 unless named", "dL / dx", range(-6, 6), {1, 1}, single});
  figures.back()
      .add("t = 1", SigmoidFocalLoss(), vector({1}))
      .add("t = 0", SigmoidFocalLoss(), vector({0}))
      .add("t = 1, alpha = -1", SigmoidFocalLoss({.alpha = -1}), vector({1}))
      .add("t = 1, alpha = -1, gamma = 0", SigmoidFocalLoss({.alpha = -1, .gamma = 0}), vector({1}));
  figures.push_back({"KLDivLoss",
                     "predicted probability of class 0",
                     "dL / d log-probability 0",
                     range(0.02, 0.98),
                     {1, 2},
                     log_probabilities});
  const auto divergence = [] { return KLDivLoss({.reduction = Reduction::batch_mean}); };
  figures.back()
      .add("t = (0.5, 0.5)", divergence(), row({0.5, 0.5}))
      .add("t = (0.8, 0.2)", divergence(), row({Real(0.8), Real(0.2)}))
      .add("t = (1, 0)", divergence(), row({1, 0}));
}

void add_regression(std::vector<Figure>& figures) {
  const auto add = [&](const char* name, const Values& kinks) -> Figure& {
    figures.push_back({name, "error x - t", "dL / dx", range(-3, 3, kinks), {1, 1}, single});
    return figures.back();
  };
  const Tensor zero = vector({0});
  add("MSELoss", {0}).add("MSELoss", MSELoss(), zero).add("L1Loss", L1Loss(), zero).add("HuberLoss", HuberLoss(), zero);
  add("L1Loss", {0}).add("L1Loss", L1Loss(), zero);
  add("HuberLoss", {-2, -1, -0.5, 0.5, 1, 2})
      .add("delta = 0.5", HuberLoss({.delta = 0.5}), zero)
      .add("delta = 1 (default)", HuberLoss(), zero)
      .add("delta = 2", HuberLoss({.delta = 2}), zero);
  add("SmoothL1Loss", {-2, -1, 0, 1, 2})
      .add("beta = 0 (L1Loss)", SmoothL1Loss({.beta = 0}), zero)
      .add("beta = 1 (default)", SmoothL1Loss(), zero)
      .add("beta = 2", SmoothL1Loss({.beta = 2}), zero);
}

void add_vectors(std::vector<Figure>& figures) {
  figures.push_back({"CosineEmbeddingLoss",
                     "angle between the vectors, degrees",
                     "dL / d angle, per radian",
                     range(0, 180, {60, 90}),
                     {1, 2, 2},
                     rotated});
  figures.back()
      .add("t = 1", CosineEmbeddingLoss(), vector({1}))
      .add("t = -1", CosineEmbeddingLoss(), vector({-1}))
      .add("t = -1, margin = 0.5", CosineEmbeddingLoss({.margin = 0.5}), vector({-1}));
}

void print(const char* name, const Values& values, const char* end) {
  std::printf("\"%s\": [", name);
  for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%.7g", i == 0 ? "" : ", ", values[i]);
  std::printf("]%s", end);
}

void print(const Figure& figure) {
  std::printf("{\"name\": \"%s\", \"x_label\": \"%s\", \"gradient_label\": \"%s\",\n", figure.name.c_str(),
              figure.x_label.c_str(), figure.gradient_label.c_str());
  print("x", figure.x, ",\n\"curves\": [\n");
  for (const Curve& curve : figure.curves) {
    std::printf("{\"label\": \"%s\",\n", curve.label.c_str());
    print("loss", curve.loss, ",\n");
    print("gradient", curve.gradient, &curve == &figure.curves.back() ? "}]}" : "},\n");
  }
}

}  // namespace

int main() {
  std::vector<Figure> figures;
  add_classes(figures);
  add_binary(figures);
  add_regression(figures);
  add_vectors(figures);
  for (const Figure& figure : figures) {
    std::printf(&figure == &figures.front() ? "[" : ",\n");
    print(figure);
  }
  std::printf("]\n");
}
