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

/// Returns a file's name in the form of MNIST's names: in lower case, with '-' between the words, without .gz.
std::string normalized(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '.' || c == '_') c = '-';
  }
  return name.ends_with("-gz") ? name.substr(0, name.size() - 3) : name;
}

/// Returns the first file, by name, that matches PART*-CONTENT, or else a match in a folder that matches. Returns an
/// empty path if there is none.
fs::path find_match(const fs::path& folder, const std::string& part, const std::string& content, const Kind& kind,
                    bool search_folders) {
  std::vector<fs::path> folders;
  for (const std::string& name : names_in(folder, kind)) {
    const std::string words = normalized(name);
    if (!words.starts_with(part) || !words.ends_with("-" + content)) continue;
    std::error_code ignored;
    if (!fs::is_directory(folder / name, ignored)) return folder / name;
    folders.push_back(folder / name);
  }
  for (const fs::path& inner : folders)
    if (search_folders)
      if (fs::path path = find_match(inner, part, content, kind, false); !path.empty()) return path;
  return {};
}

fs::path find(const fs::path& folder, const std::string& part, const std::string& content, const Kind& kind) {
  fs::path path = find_match(folder, part, content, kind, true);
  if (path.empty())
    fail(kind,
         format_text("'{0}-{1}' or '{0}-{1}.gz' in '{2}' ('.' or '_' may replace '-', upper case may replace lower "
                     "case), got no such file",
                     part, content, folder.string()));
  return path;
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
