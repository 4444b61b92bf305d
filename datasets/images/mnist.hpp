#pragma once

#include <minnow/datasets/tensor_dataset.hpp>

#include <filesystem>

namespace minnow::inline MINNOW_PRECISION::datasets {

struct MnistSplit {
  TensorDataset train, test;
};

/// Reads the MNIST digits, or a data set in the same layout: a folder of the IDX files train-images-idx3-ubyte[.gz],
/// train-labels-idx1-ubyte[.gz], t10k-images-idx3-ubyte[.gz] and t10k-labels-idx1-ubyte[.gz]. A '.' or '_' may replace
/// each '-', and upper case may replace lower case, as in train-images.idx3-ubyte.GZ. A folder with the name of a file
/// may contain the file. The prefixes "train" and "t10k" may be longer, as in train10k-images-...; if several files
/// match, the first by name is read. Inputs are
/// (N, 1, H, W) in [0, 1], targets (N) from 0 to 9. Throws DataError, with the file's name, if a file is missing,
/// damaged or does not match the others.
MINNOW_API MnistSplit mnist(const std::filesystem::path& folder);

/// Reads Fashion-MNIST, ten classes of clothes in the same layout (Xiao, Rasul and Vollgraf, 2017): T-shirt, trouser,
/// ... Debian's package dataset-fashion-mnist installs the files.
MINNOW_API MnistSplit fashion_mnist(const std::filesystem::path& folder = "/usr/share/datasets/fashion-mnist");

}  // namespace minnow::inline MINNOW_PRECISION::datasets
