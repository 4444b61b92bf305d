#pragma once

#include <minnow/datasets/tensor_dataset.hpp>

#include <filesystem>

namespace minnow::inline MINNOW_PRECISION::datasets {

struct MnistSplit {
  TensorDataset train, test;
};

/// Reads the handwritten digits, or what is laid out like them: a folder of four IDX files, plain or compressed,
/// train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz] and the two t10k-... for the test. ("train" may go on
/// before "-images", as in train10k; of several the first by name is read.) Inputs (N, 1, H, W) in [0, 1], targets (N)
/// from 0 to 9. Throws DataError, naming the file, when one is missing, damaged or does not fit the others.
MINNOW_API MnistSplit mnist(const std::filesystem::path& folder);

/// Ten kinds of clothes in the same layout (Xiao, Rasul and Vollgraf, 2017): T-shirt, trouser, ... Debian's package
/// dataset-fashion-mnist brings them.
MINNOW_API MnistSplit fashion_mnist(const std::filesystem::path& folder = "/usr/share/datasets/fashion-mnist");

}  // namespace minnow::inline MINNOW_PRECISION::datasets
