// A program that uses an installed Minnow. It defines a layer, checks the gradients of the layer, and catches an error
// that the library throws.

#include <minnow/minnow.hpp>

#include <cstdio>

using namespace minnow;

/// y = factor x, with one trainable factor.
class Scale : public Layer {
 public:
  std::string name() const override { return "Scale"; }
  Shape output_shape(const Shape& input) const override {
    if (input.empty()) throw ShapeError("Scale: expected a batch axis.");
    return input;
  }
  void forward(const Tensor& x, Tensor& y, Context&) override {
    for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = factor_.value(0) * x.data()[i];
  }
  void backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    FixedTensor& grad = factor_.grad_to_add();
    for (std::size_t i = 0; i < x.size(); ++i) {
      grad(0) += dy.data()[i] * x.data()[i];
      if (dx != nullptr) dx->data()[i] = factor_.value(0) * dy.data()[i];
    }
  }
  std::vector<NamedTensor> state() override { return {{"factor", factor_}}; }

 private:
  Parameter factor_{Shape{1}};
};

int main() {
  Rng rng{1};
  Sequential model{Flatten(), Dense(12, 5, rng), Scale(), Tanh(), Dense(5, 3, rng)};
  model[2].state()[0].value->fill(Real(0.7));
  const GradientReport report = check_gradients(model, {4, 3, 4});
  std::printf("%s, %zu-byte elements, on %s: worst error %g\n", version().c_str(), sizeof(Real),
              kernels::instruction_set().c_str(), report.worst_error);
  if (!report) return std::printf("%s\n", report.failure.c_str()), 1;
  try {
    model.predict(zeros({4, 13}));
  } catch (const ShapeError& error) {
    std::printf("caught: %s\n", error.what());
    return 0;
  }
  return 1;
}
