// Writes the first 100 photographs and their ImageNet logits by EfficientNet-Lite0, and prints the time of the features
// of all photographs. usage: backbone_logits WEIGHTS.pth SIZE THREADS OUTPUT.npz PHOTOGRAPH ...

#include <minnow/images.hpp>
#include <minnow/io.hpp>

#include <apps/minnow/efficientnet_lite0.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  using namespace minnow;
  Rng rng{1};
  Sequential model = efficientnet_lite0(rng);
  load_efficientnet_lite0(model, argv[1]);
  set_threads(std::stoi(argv[3]));
  const std::vector<std::filesystem::path> paths(argv + 5, argv + argc);
  datasets::ImageFiles photographs = datasets::read_images(paths, std::stoul(argv[2]));
  efficientnet_normalization().apply(photographs.images);
  const Tensor& x = photographs.images;
  const auto batch = [&](std::size_t begin, std::size_t most) {
    Shape shape(x.shape().begin(), x.shape().end());
    shape[0] = std::min(most, x.shape()[0] - begin);
    Tensor part = zeros(shape);
    std::copy_n(x.data() + begin * (x.size() / x.shape()[0]), part.size(), part.data());
    return part;
  };
  const Tensor first = batch(0, 100);
  write_npz(argv[4], {{"x", first}, {"logits", model.predict(first)}});

  Sequential features = model.take(0, feature_layers);
  std::vector<double> times;
  for (int run = 0; run < 3; ++run) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t begin = 0; begin < paths.size(); begin += 32) features.predict(batch(begin, 32));
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("Minnow: features of %zu photographs in %.2f s, %.0f a second, %s threads\n", paths.size(), times[1],
              static_cast<double>(paths.size()) / times[1], argv[3]);
}
