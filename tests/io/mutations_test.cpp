// Whatever the bytes of a file are, a reader reads all of its tensors or throws a DataError of one line. tests/fuzz
// looks for other cases.

#include <minnow/minnow.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/temporary_folder.hpp>

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using Bytes = std::string;

/// Returns the bytes with a few random changes.
Bytes mutated(Bytes bytes, Rng& rng) {
  const auto position = [&] { return rng.below(bytes.size()); };
  for (std::size_t change = rng.below(3); change < 3 && !bytes.empty(); ++change) {
    const std::size_t at = position(), length = std::min(bytes.size() - at, 1 + rng.below(16));
    switch (rng.below(6)) {
      case 0:
        bytes[at] = static_cast<char>(rng.below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << rng.below(8));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(position(), length));
        break;
      case 4:
        bytes.replace(at, length, length, rng.below(2) == 0 ? '\xff' : '\0');
        break;
      default:
        bytes.resize(rng.below(8) == 0 ? at : bytes.size());
    }
  }
  return bytes;
}

void read_all(const TensorReader& reader) {
  for (const TensorEntry& tensor : reader.tensors())
    if (num_elements(tensor.shape) < 10'000) {
      EXPECT_EQ(reader.read(tensor).shape(), tensor.shape);
    }
}

/// Reads mutations of each file, and returns the number of the mutations that are valid files.
std::size_t valid_mutations(const std::vector<Bytes>& files,
                            const std::function<void(std::span<const std::byte>)>& read) {
  std::size_t valid = 0;
  for (const Bytes& file : files) {
    Rng rng{16};
    for (int i = 0; i < 300; ++i) {
      const Bytes bytes = mutated(file, rng);
      try {
        read(testing::bytes_of(bytes));
        ++valid;
      } catch (const DataError& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      }
    }
  }
  return valid;
}

std::vector<Bytes> fixtures(const std::string& folder, const std::vector<std::string>& extensions) {
  std::vector<Bytes> files;
  for (const auto& entry : fs::directory_iterator(std::string(MINNOW_SOURCE_DIR) + "/tests/fixtures/" + folder))
    if (std::ranges::find(extensions, entry.path().extension().string()) != extensions.end())
      files.push_back(testing::read_bytes(entry.path()));
  return files;
}

TEST(Mutations, OfPyTorchFiles) {
  const std::vector<Bytes> files = fixtures("pytorch", {".pt", ".pth"});
  EXPECT_EQ(files.size(), 20u);
  EXPECT_GT(valid_mutations(files, [](auto bytes) { read_all(PyTorchReader(bytes)); }), 500u);
}

TEST(Mutations, OfNumPyFiles) {
  EXPECT_GT(valid_mutations(fixtures("numpy", {".npz"}), [](auto bytes) { read_all(NpzReader(bytes)); }), 20u);
  EXPECT_GT(valid_mutations(fixtures("numpy", {".npy"}), [](auto bytes) { read_npy(bytes); }), 20u);
}

TEST(Mutations, OfModelFiles) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder / "model.safetensors";
  Rng rng{1};
  save_model(Sequential{Flatten(), Residual(small_model(1), Dense(6, 3, rng)), Dropout(0.5, rng), BatchNorm1d(3)}, path,
             {.input_shape = {6},
              .class_names = {"a", "b", "c"},
              .normalization = Normalization(std::vector<double>(6, 0.5), std::vector<double>(6, 0.25))});
  std::vector<Bytes> files{testing::read_bytes(path)};
  const auto table = datasets::Table::from_text("a,b,c,d\n1,x,0.5,p\n2,y,,q\n");
  save_model(Sequential{Dense(5, 2, rng)}, path, {.table = datasets::TableEncoder(table, {.indicators = true})});
  files.push_back(testing::read_bytes(path));
  EXPECT_GT(valid_mutations(files, [](auto bytes) { read_all(SafetensorsReader(bytes)); }), 20u);
  EXPECT_GT(valid_mutations(files, [](auto bytes) { load_model_file(bytes); }), 20u);
}

TEST(Mutations, TruncatedFilesAreInvalid) {
  for (const Bytes& file : fixtures("pytorch", {".pt", ".pth"}))
    for (std::size_t length = 0; length < file.size(); length += 1 + file.size() / 500) {
      SCOPED_TRACE(length);
      EXPECT_THROW(PyTorchReader(testing::bytes_of(file).first(length)), DataError);
    }
}

}  // namespace
}  // namespace minnow
