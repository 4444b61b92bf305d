// Defines a custom layer, checks its gradients, and trains a model with it. docs/layers.md explains each function.

#include <minnow/minnow.hpp>

#include <apps/support/command_line.hpp>

#include <algorithm>
#include <cmath>

using namespace minnow;

/// PReLU as in PyTorch: y = x if x > 0, else weight[c] x, with one slope for each channel c, or one for all channels.
/// x, y: (N, C, ...), weight: (C) or (1).
class PReLU : public Layer {
 public:
  explicit PReLU(std::size_t num_parameters = 1, double init = 0.25) : weight_({num_parameters}) {
    if (num_parameters == 0) throw ValueError("PReLU(0): expected at least one parameter.");
    weight_.value.fill(static_cast<Real>(init));
  }
  explicit PReLU(const LayerConfig& config) {
    ConfigReader read(config, "PReLU");
    *this = PReLU(read.size("num_parameters"), 0);
    read.finish();
  }
  std::optional<LayerConfig> config() const override {
    return layer_config(*this, {"PReLU", {{"num_parameters", slopes()}}, {}});
  }
  std::string name() const override { return "PReLU(" + std::to_string(slopes()) + ")"; }
  Shape output_shape(const Shape& input) const override {
    if (slopes() == 1 || (input.size() > 1 && input[1] == slopes())) return input;
    throw ShapeError(name() + ": expected (N, " + std::to_string(slopes()) + ", ...), got " + to_string(input) + ".");
  }
  void forward(const Tensor& x, Tensor& y, Context&) override {
    for (std::size_t i = 0, n = run(x.shape()); i < x.size(); ++i)
      y.data()[i] = x.data()[i] > 0 ? x.data()[i] : weight_.value(i / n % slopes()) * x.data()[i];
  }
  void backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    FixedTensor& grad = weight_.grad_to_add();
    for (std::size_t i = 0, n = run(x.shape()); i < x.size(); ++i) {
      const std::size_t c = i / n % slopes();
      if (!(x.data()[i] > 0)) grad(c) += x.data()[i] * dy.data()[i];
      if (dx != nullptr) dx->data()[i] = x.data()[i] > 0 ? dy.data()[i] : weight_.value(c) * dy.data()[i];
    }
  }
  std::vector<NamedTensor> state() override { return {{"weight", weight_}}; }

 private:
  std::size_t slopes() const { return weight_.value.size(); }
  /// Returns the number of adjacent elements with the same slope: H W for (N, C, H, W), all elements for one slope.
  std::size_t run(const Shape& x) const { return num_elements(slopes() == 1 ? x : Shape(x.begin() + 2, x.end())); }
  Parameter weight_;
};

namespace {

/// Points in the plane; label 1 if they lie inside a ring, else 0.
TensorDataset make_rings(std::size_t n, Rng rng) {
  Tensor points = zeros({n, 2}), labels = zeros({n});
  for (std::size_t i = 0; i < n; ++i) {
    const double x = rng.uniform(-1, 1), y = rng.uniform(-1, 1), radius = std::hypot(x, y);
    points(i, 0) = static_cast<Real>(x);
    points(i, 1) = static_cast<Real>(y);
    labels(i) = radius > 0.4 && radius < 0.8 ? Real{1} : Real{0};
  }
  return {std::move(points), std::move(labels), {"outside", "inside"}};
}

void demonstrate(const CommonOptions& options) {
  options.apply();
  Rng rng{options.seed};

  PReLU layer(5);
  const GradientReport report = check_gradients(layer, {7, 5});
  fmt::print("1. check_gradients compares backward with numerical derivatives of forward: ");
  if (!report) throw Error(report.failure);
  fmt::print(
      "passed, for dx and {} parameter.\n   The largest error is {:.1e} of the largest gradient of its tensor, at "
      "{}.\n",
      report.parameters.size(), report.worst_error, report.worst_coordinate);

  const TensorDataset train = make_rings(2000, rng.split()), test = make_rings(1000, rng.split());
  Sequential model{Dense(2, 32, rng), PReLU(32), Dense(32, 32, rng), PReLU(32),
                   Dense(32, 2, rng, {.init = Init::xavier})};
  fmt::print("\n2. A model contains it like any other layer:\n\n{}\n", model.summary({64, 2}));

  fmt::print("3. The model learns to classify points inside and outside a ring:\n\n");
  CrossEntropyLoss loss;
  SGD sgd{model.parameters(), {.learning_rate = 0.05, .momentum = 0.9}};
  DataLoader loader{train, {.batch_size = 64, .shuffle = rng.split()}}, test_loader{test};
  fit(model, loss, sgd, loader, {.epochs = 40, .metrics = {metrics::accuracy()}, .on_epoch = [&](const Progress& p) {
                                   if (p.epoch == 1 || p.epoch % 10 == 0)
                                     fmt::print("   epoch {:>2}  loss {:.4f}  accuracy {:5.1f}%\n", p.epoch, p.loss,
                                                100 * p["accuracy"]);
                                   return true;
                                 }});
  const Evaluation result = evaluate(model, loss, test_loader, {metrics::accuracy()});
  fmt::print("\n   test loss {:.4f} accuracy {:.2f}%\n", result.loss, 100 * result["accuracy"]);
  const std::span<const Real> slopes = model[1].state()[0].value->values();
  fmt::print("   the slopes, initially all 0.25, are now between {:.3f} and {:.3f}\n",
             *std::min_element(slopes.begin(), slopes.end()), *std::max_element(slopes.begin(), slopes.end()));
}

}  // namespace

int main(int argc, char** argv) {
  CommonOptions options;
  CLI::App app{
      "Defines a custom layer (PReLU, a ReLU with learnt slopes), checks its gradients and trains a model with it.\n"
      "Its source, apps/custom_layer/main.cpp, shows how to add a layer.",
      "custom_layer"};
  options.add_to(app);
  return run(app, argc, argv, [&] { demonstrate(options); });
}
