// Nets whose twins check_torch.py builds in PyTorch.
// usage: torch_nets write FOLDER     writes NET.safetensors, and x and y = predict(x) in NET.values
//        torch_nets read FOLDER      loads every NET.*.{safetensors,pt,pth} and compares predict(x) with y in
//        FILE.values

#include <tests/interoperability/cases.hpp>
#include <tests/support/compare.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

using namespace minnow;

namespace {

struct Net {
  std::function<Sequential(Rng&)> make;
  Shape input;       // with the batch
  double tolerance;  // of max|a - reference| / max|reference|
  std::function<std::string(const std::string&)> rename = nullptr;
};

/// A block of ResNet-18 (He et al., 2016).
Residual block(std::size_t in, std::size_t out, std::size_t stride, Rng& rng) {
  Sequential body{Conv2d(in, out, 3, rng, {.stride = stride, .padding = 1, .bias = false}), BatchNorm2d(out), ReLU(),
                  Conv2d(out, out, 3, rng, {.padding = 1, .bias = false}), BatchNorm2d(out)};
  if (in == out) return Residual(std::move(body));
  return Residual(std::move(body),
                  Sequential{Conv2d(in, out, 1, rng, {.stride = stride, .bias = false}), BatchNorm2d(out)});
}

Sequential resnet18(Rng& rng) {
  Sequential model{Conv2d(3, 64, 7, rng, {.stride = 2, .padding = 3, .bias = false}), BatchNorm2d(64), ReLU(),
                   MaxPool2d(3, {.stride = 2, .padding = 1})};
  std::size_t channels = 64;
  for (const std::size_t out : {64u, 128u, 256u, 512u})
    for (int i = 0; i < 2; ++i) {
      model.add(block(channels, out, channels == out ? 1 : 2, rng)).add(ReLU());
      channels = out;
    }
  model.add(GlobalAvgPool2d()).add(Dense(512, 1000, rng));
  return model;
}

/// Returns the name in resnet18() of a tensor of torchvision's: "layer2.0.conv1.weight" is "8.body.0.weight".
std::string resnet18_name(const std::string& name) {
  static const std::vector<std::pair<std::string, std::string>> parts{{"conv1.", "body.0."},
                                                                      {"bn1.", "body.1."},
                                                                      {"conv2.", "body.3."},
                                                                      {"bn2.", "body.4."},
                                                                      {"downsample.", "projection."}};
  if (name.starts_with("conv1.")) return "0." + name.substr(6);
  if (name.starts_with("bn1.")) return "1." + name.substr(4);
  if (name.starts_with("fc.")) return "21." + name.substr(3);
  const int number = 2 * (name[5] - '1') + (name[7] - '0');  // of "layer2.0."
  for (const auto& [theirs, ours] : parts)
    if (name.substr(9).starts_with(theirs))
      return std::to_string(4 + 2 * number) + "." + ours + name.substr(9 + theirs.size());
  return name;
}

std::map<std::string, Net> nets() {
  return {
      {"linear",
       {[](Rng& rng) {
          return Sequential{Flatten(), Dense(12, 8, rng), BatchNorm1d(8), ReLU(), Dropout(0.5, rng), Dense(8, 2, rng)};
        },
        {5, 3, 2, 2},
        1e-6}},
      {"convolutional",
       {[](Rng& rng) {
          return Sequential{Conv2d(3, 8, 3, rng, {.padding = 1, .bias = false}),
                            BatchNorm2d(8, {.eps = 1e-3}),
                            GELU(),
                            MaxPool2d(3, {.stride = 2, .padding = 1}),
                            Conv2d(8, 6, {3, 2}, rng, {.stride = {1, 2}, .padding = {1, 0}, .groups = 2}),
                            SiLU(),
                            AvgPool2d(2),
                            Flatten(),
                            Dense(12, 4, rng)};
        },
        {5, 3, 9, 13},
        1e-6}},
      {"layer_norm",
       {[](Rng& rng) {
          return Sequential{Dense(6, 8, rng), LayerNorm(8), Tanh(), Dense(8, 4, rng, {.bias = false}), Softmax()};
        },
        {3, 5, 6},
        1e-6}},
      {"embedding",
       {[](Rng& rng) {
          return Sequential{Embedding(10, 4, rng), LayerNorm(4), Flatten(), Dense(24, 3, rng)};
        },
        {5, 6},
        1e-6}},
      {"resnet18", {resnet18, {2, 3, 64, 64}, 1e-5, resnet18_name}},
  };
}

Tensor inputs(const std::string& name, const Shape& shape) {
  Tensor x = random(shape, 7);
  if (name == "embedding")
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<Real>(7 * i % 10);
  return x;
}

void write(const std::filesystem::path& folder) {
  for (const auto& [name, net] : nets()) {
    if (net.rename) continue;  // PyTorch makes the weights
    Rng rng{1};
    Sequential model = net.make(rng);
    testing::randomize(model, 2);
    save_model(model, folder / (name + ".safetensors"));
    const Tensor x = inputs(name, net.input);
    testing::write_tensors(folder / (name + ".values"), {{"x", x}, {"y", model.predict(x)}});
  }
}

/// Returns true if the file agrees with PyTorch.
bool check(const std::filesystem::path& path) {
  const std::string file = path.filename().string(), name = file.substr(0, file.find('.'));
  const Net net = nets().at(name);
  Rng rng{3};
  Sequential model = net.make(rng);
  load_weights(model, path, {.rename = net.rename});
  const SafetensorsReader values(path.string() + ".values");
  const Tensor x = values.read(*values.find("x")), y = values.read(*values.find("y"));
  const double error = testing::error(model.predict(x), y.shape(), std::vector<double>(y.begin(), y.end()));
  std::printf("%-40s error %.2g\n", file.c_str(), error);
  return error <= net.tolerance;
}

int read(const std::filesystem::path& folder) {
  int checked = 0, failed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (std::count(file.begin(), file.end(), '.') != 2 || file.ends_with(".values")) continue;
    ++checked;
    failed += check(entry.path()) ? 0 : 1;
  }
  std::printf("%d files of PyTorch, %d differ\n", checked, failed);
  return failed > 0 || checked == 0 ? 1 : 0;
}

}  // namespace

int main(int, char** argv) {
  if (std::string(argv[1]) == "read") return read(argv[2]);
  write(argv[2]);
}
