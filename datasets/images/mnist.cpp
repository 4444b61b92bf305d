#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/idx.hpp>
#include <minnow/datasets/images/mnist.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

namespace fs = std::filesystem;

/// A data set in MNIST's layout.
struct Kind {
  const char* name;  // for errors
  const char* hint;  // ends the error texts: how to obtain the data set
  std::vector<std::string> class_names;
};

[[noreturn]] void fail(const Kind& kind, const std::string& expected_and_got) {
  throw DataError(format_text("{}: expected {}.{}", kind.name, expected_and_got, kind.hint));
}

/// Returns the names of the files in the folder, sorted.
std::vector<std::string> names_in(const fs::path& folder, const Kind& kind) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  if (error) fail(kind, format_text("a folder of IDX files at '{}', got: {}", folder.string(), error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

/// Returns the first file, by name, that matches PART*-CONTENT or PART*-CONTENT.gz. The order is
/// train-images-idx3-ubyte, its .gz, train10k-images-idx3-ubyte.
fs::path find(const fs::path& folder, const std::string& part, const std::string& content, const Kind& kind) {
  for (const std::string& name : names_in(folder, kind)) {
    const std::string stem = name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
    if (name.starts_with(part) && stem.ends_with("-" + content)) return folder / name;
  }
  fail(kind, format_text("'{0}-{1}' or '{0}-{1}.gz' in '{2}', got no such file", part, content, folder.string()));
}

TensorDataset read_part(const fs::path& folder, const std::string& part, const Kind& kind) {
  const fs::path images_path = find(folder, part, "images-idx3-ubyte", kind);
  const fs::path labels_path = find(folder, part, "labels-idx1-ubyte", kind);
  Tensor labels = read_idx(labels_path, 1), images = read_idx(images_path, 3);
  const std::size_t count = images.shape()[0], classes = kind.class_names.size();
  if (images.size() == 0)
    fail(kind, format_text("images in '{}', got {}", images_path.string(), to_string(images.shape())));
  if (labels.size() != count)
    fail(kind, format_text("{} labels in '{}', one for each image in '{}', got {}", count, labels_path.string(),
                           images_path.string(), labels.size()));
  for (std::size_t i = 0; i < count; ++i)
    if (!(labels(i) < static_cast<Real>(classes)))
      fail(kind, format_text("labels from 0 to {} in '{}', got {} in row {}", classes - 1, labels_path.string(),
                             labels(i), i));
  for (Real& value : images) value /= 255;
  images.reshape(Shape{count, 1, images.shape()[1], images.shape()[2]});
  return {std::move(images), std::move(labels), kind.class_names};
}

MnistSplit read(const fs::path& folder, const Kind& kind) {
  MnistSplit split{read_part(folder, "train", kind), read_part(folder, "t10k", kind)};
  if (split.train.input_shape() != split.test.input_shape())
    fail(kind, format_text("training and test images of the same size in '{}', got {} and {}", folder.string(),
                           to_string(split.train.input_shape()), to_string(split.test.input_shape())));
  return split;
}

}  // namespace

MnistSplit mnist(const fs::path& folder) {
  return read(folder, {"datasets::mnist", "", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}});
}

MnistSplit fashion_mnist(const fs::path& folder) {
  return read(folder,
              {"datasets::fashion_mnist",
               " On Debian: apt-get install dataset-fashion-mnist",
               {"T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"}});
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
