#pragma once

#include <minnow/minnow.hpp>

/// Computes the outputs of the layers, in eval mode, for all images of a part and for their mirror images, and prints
/// the progress.
minnow::TensorDataset features_of(const minnow::Layer& layers, const minnow::Dataset& part,
                                  const minnow::Normalization& normalization);

/// A layer that runs a pretrained model in eval mode, also in training, and whose parameters are not trained.
class Frozen : public minnow::Layer {
 public:
  explicit Frozen(minnow::Sequential layers) : layers_(std::move(layers)) {}

  std::string name() const override { return "Frozen(" + layers_.name() + ")"; }
  minnow::Shape output_shape(const minnow::Shape& input) const override { return layers_.output_shape(input); }
  void forward(const minnow::Tensor& x, minnow::Tensor& y, minnow::Context& context) override;
  void backward(const minnow::Tensor& x, const minnow::Tensor& y, const minnow::Tensor& dy, minnow::Tensor* dx,
                minnow::Context& context) override;

 private:
  minnow::Sequential layers_;
};
