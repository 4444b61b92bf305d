// Writes small valid files as the first corpus of the fuzzers: make_seeds FOLDER

#include <minnow/minnow.hpp>

#include <tests/datasets/images/encode_images.hpp>
#include <tests/datasets/images/gzip_bytes.hpp>
#include <tests/support/file_bytes.hpp>
#include <tests/support/idx_bytes.hpp>
#include <tests/support/temporary_folder.hpp>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using namespace minnow::test;

void write(const fs::path& folder, const std::vector<Bytes>& files) {
  fs::create_directories(folder);
  for (std::size_t i = 0; i < files.size(); ++i)
    std::ofstream(folder / std::to_string(i), std::ios::binary)
        .write(reinterpret_cast<const char*>(files[i].data()), static_cast<std::streamsize>(files[i].size()));
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::vector<Bytes> images() {
  const Bytes rgb = slopes(12, 17).rgb, rgba(12 * 17 * 4, 77);
  const Bytes grey(12 * 17, 90);
  std::vector<Bytes> files{
      jpeg(12, 17, rgb, {.app1 = exif(6, true)}),
      jpeg(12, 17, rgb, {.progressive = true, .app1 = exif(3, false)}),
      jpeg(12, 17, rgb, {.restart_interval = 1}),
      jpeg(12, 17, rgb, {.arithmetic = true}),
      jpeg(12, 17, rgb, {.progressive = true, .arithmetic = true}),
      jpeg(12, 17, grey, {.space = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE}),
      jpeg(12, 17, rgba, {.space = JCS_CMYK, .stored = JCS_YCCK, .adobe = true}),
      png(12, 17, rgb, {}),
      png(12, 17, rgb, {.interlaced = true, .gamma = 0.45}),
      png(12, 17, rgba, {.type = PNG_COLOR_TYPE_RGBA}),
      png(12, 17, grey, {.type = PNG_COLOR_TYPE_GRAY, .transparent_grey = 90}),
      png(12, 17, Bytes(12 * 5, 0x1B),
          {.type = PNG_COLOR_TYPE_PALETTE, .depth = 2, .palette = std::vector<png_color>(4), .palette_alpha = {9}})};
  Bytes chunk{0, 0, 0, 32, 'e', 'X', 'I', 'f'};
  const Bytes data = exif(6, true);
  chunk.insert(chunk.end(), data.begin() + 6, data.begin() + 38);
  chunk.resize(chunk.size() + 4);
  Bytes oriented = png(12, 17, rgb, {});
  oriented.insert(oriented.begin() + 33, chunk.begin(), chunk.end());
  repair_checksums(oriented);
  files.push_back(oriented);
  return files;
}

/// Each file follows the number of axes - 1 and the length of the first member.
std::vector<Bytes> idx_files() {
  const Bytes labels = idx(0x801, {5}, {1, 2, 3, 4, 5}), pixels = idx(0x803, {2, 3, 4}, Bytes(24, 200));
  return {
      joined({0, 9}, labels),
      joined({2, 30}, pixels),
      joined({0, 0}, gzip(labels)),
      joined({2, 1}, gzip(pixels)),
      joined({2, 0}, joined(gzip({pixels.begin(), pixels.begin() + 20}), gzip({pixels.begin() + 20, pixels.end()}))),
      joined({0, 2}, joined(gzip(labels), Bytes(7)))};
}

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }

/// The files of a folder of tests/fixtures with this extension, after `first`.
void add_fixtures(std::vector<Bytes>& files, const std::string& folder, const std::string& extension,
                  const Bytes& first) {
  for (const auto& entry : fs::directory_iterator(fs::path(MINNOW_SOURCE_DIR) / "tests" / "fixtures" / folder))
    if (entry.path().extension() == extension)
      files.push_back(joined(first, bytes_of(minnow::testing::read_bytes(entry.path()))));
}

/// Models as files, after 0, and their headers, after 1.
std::vector<Bytes> models() {
  using namespace minnow;
  const minnow::testing::TemporaryFolder folder;
  Rng rng{1};
  const Sequential dense{Flatten(), Residual(Sequential{Dense(6, 3, rng), ReLU()}, Dense(6, 3, rng)),
                         Dropout(0.5, rng)};
  const Sequential image{Conv2d(1, 2, 3, rng, {.padding = 1}), BatchNorm2d(2), MaxPool2d(2), GlobalAvgPool2d()};
  std::vector<Bytes> files;
  for (const Sequential* model : {&dense, &image})
    for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
      save_model(*model, folder / "model", {.class_names = {"a", "b"}, .normalization = Normalization({0.5}, {0.25})},
                 type);
      const std::string bytes = minnow::testing::read_bytes(folder / "model");
      files.push_back(joined({0}, bytes_of(bytes)));
      std::uint64_t length;
      std::memcpy(&length, bytes.data(), sizeof length);
      files.push_back(joined({1}, bytes_of(bytes.substr(8, length))));
    }
  return files;
}

/// Architectures without weights, after 2.
std::vector<Bytes> architectures() {
  const std::string types[] = {
      R"({"type":"ReLU"})",
      R"({"type":"Flatten"})",
      R"({"type":"Dense","attributes":{"in":3,"out":2,"bias":true}})",
      R"({"type":"MaxPool2d","attributes":{"kernel":[2,2],"padding":[0,0]}})",
      R"({"type":"ReLU","attributes":{"reals":[0.5,1],"flags":[true],"texts":["a"],"text":"b"}})",
      R"({"type":"ReLU","attributes":{"mixed":[1,true],"null":null}})"};
  std::string children;
  std::vector<Bytes> files;
  for (const std::string& type : types) {
    children += (children.empty() ? "" : ",") + type;
    files.push_back(joined({2}, bytes_of(R"({"type":"Sequential","children":[)" + children + "]}")));
    files.push_back(joined({2}, bytes_of(R"({"type":"Residual","children":[)" + type + "," + type + "]}")));
  }
  return files;
}

/// Checkpoints as files, after 0, and the JSON of a state, after 1.
std::vector<Bytes> checkpoints() {
  using namespace minnow;
  const minnow::testing::TemporaryFolder folder;
  Rng rng{1};
  Sequential model{Dense(3, 2, rng), Dropout(0.5, rng)};
  const AdamW adam{model.parameters()};
  save_checkpoint(folder / "a", StateView(model, adam), {{"history", "{\"epoch\":1}\n"}});
  return {joined({0}, bytes_of(minnow::testing::read_bytes(folder / "a"))),
          joined({1}, bytes_of(R"([["a","integer",7],["b","real",0.5],["c","real","NaN"],["d","constant","x"]])")),
          joined({1}, bytes_of(R"([["e","no tensor"],["f","tensor"]])"))};
}

const char* const tables[] = {"a,b,c,d\n1,x,0.5,p\n2,y,,q\n-1e-3,\"x \"\"y\"\"\",NA,p\n",
                              "\xEF\xBB\xBF"
                              "a;b\r\n1;5.5\r\n\r\n2;7\r\n",
                              "1\t2\n3\t4\n1\t2\n"};

/// Encoders of tables, after 3.
std::vector<Bytes> encoders() {
  std::vector<Bytes> files;
  for (const char* table : tables)
    files.push_back(joined(
        {3}, bytes_of(minnow::datasets::TableEncoder(minnow::datasets::Table::from_text(table), {.indicators = true})
                          .to_json())));
  return files;
}

/// Options, then the text of the table.
std::vector<Bytes> table_files() {
  std::vector<Bytes> files;
  for (const char* table : tables)
    for (const std::uint8_t options : {0, 7, 200}) files.push_back(joined({options}, bytes_of(table)));
  return files;
}

void write_tensor_files(const fs::path& folder) {
  std::vector<Bytes> pytorch, npy, npz, loaded = models();
  write(folder / "read_safetensors", loaded);
  for (const Bytes& file : architectures()) loaded.push_back(file);
  for (const Bytes& file : encoders()) loaded.push_back(file);
  write(folder / "load_model", loaded);
  write(folder / "load_checkpoint", checkpoints());
  add_fixtures(pytorch, "pytorch", ".pt", {0});
  add_fixtures(pytorch, "pytorch", ".pth", {0});
  write(folder / "read_pytorch", pytorch);
  add_fixtures(npy, "numpy", ".npy", {});
  write(folder / "read_npy", npy);
  add_fixtures(npz, "numpy", ".npz", {0});
  add_fixtures(npz, "numpy", ".npy", {1});
  write(folder / "read_npz", npz);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: make_seeds FOLDER\n", stderr), 2;
  write(fs::path(argv[1]) / "decode_image", images());
  write(fs::path(argv[1]) / "read_idx", idx_files());
  write(fs::path(argv[1]) / "read_table", table_files());
  write_tensor_files(argv[1]);
}
