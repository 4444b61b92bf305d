#pragma once

#include <minnow/models/sequential.hpp>

#include <tests/support/compare.hpp>

#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Runs the layers of a Sequential one by one, each with its own tensors. The Sequential must compute the same,
/// although it shares memory and fuses layers.
class LayerByLayer {
 public:
  explicit LayerByLayer(Sequential& model, Mode mode = Mode::train) : model_(model), mode_(mode) {}

  const Tensor& forward(const Tensor& x) {
    tensors = {x};
    contexts_.clear();
    nested_.clear();
    for (std::size_t i = 0; i < model_.size(); ++i) {
      Layer& layer = model_[i];
      auto* inner = dynamic_cast<Sequential*>(&layer);
      nested_.push_back(inner != nullptr ? std::optional<LayerByLayer>(LayerByLayer(*inner, mode_)) : std::nullopt);
      contexts_.emplace_back(mode_);
      Tensor y = zeros(layer.output_shape(tensors.back().shape()));
      if (inner != nullptr)
        y = nested_.back()->forward(tensors.back());
      else
        layer.forward(tensors.back(), y, contexts_.back());
      tensors.push_back(y);
    }
    return tensors.back();
  }

  Tensor backward(const Tensor& dy) {
    Tensor gradient = dy;
    for (std::size_t i = model_.size(); i-- > 0;) {
      Tensor dx = zeros(tensors[i].shape());
      if (nested_[i])
        dx = nested_[i]->backward(gradient);
      else
        model_[i].backward(tensors[i], tensors[i + 1], gradient, &dx, contexts_[i]);
      gradient = dx;
    }
    return gradient;
  }

  std::vector<Tensor> tensors;  // x, then the output of each layer

 private:
  Sequential& model_;
  Mode mode_;
  std::vector<Context> contexts_;
  std::vector<std::optional<LayerByLayer>> nested_;
};

inline void expect_same(const Tensor& got, const Tensor& expected, const std::string& what) {
  const std::vector<double> values(expected.storage().begin(), expected.storage().end());
  EXPECT_LE(error(got, expected.shape(), values), tolerance) << what;
}

/// Compares the outputs that the last model.forward(x) stored with the outputs of the layers run one by one.
inline void expect_same_outputs(const Sequential& model, const LayerByLayer& reference, const std::string& what) {
  const std::vector<StepOutput> outputs = model.step_outputs();
  ASSERT_EQ(outputs.empty(), model.size() == 0) << what;
  if (!outputs.empty()) {
    EXPECT_EQ(outputs.back().last, model.size()) << what;
  }
  for (const StepOutput& step : outputs)
    expect_same(*step.output, reference.tensors[step.last],
                "output of layer " + std::to_string(step.last - 1) + " of " + what);
}

inline void expect_same_gradients(Sequential& got, Sequential& expected, const std::string& what) {
  const auto a = got.parameters(), b = expected.parameters();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].parameter->has_gradient(), b[i].parameter->has_gradient()) << what << ", " << a[i].name;
    if (a[i].parameter->has_gradient())
      expect_same(a[i].parameter->grad, b[i].parameter->grad, what + ", " + a[i].name);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
