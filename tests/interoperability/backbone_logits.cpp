// Computes the ImageNet logits of EfficientNet-Lite0 for photographs, and the time of its features.
// usage: backbone_logits WEIGHTS.pth SIZE OUTPUT.npz PHOTOGRAPH ...

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
  const std::vector<std::filesystem::path> paths(argv + 4, argv + argc);
  datasets::ImageFiles photographs = datasets::read_images(paths, std::stoul(argv[2]));
  efficientnet_normalization().apply(photographs.images);
  const Tensor& x = photographs.images;
  write_npz(argv[3], {{"x", x}, {"logits", model.predict(x)}});

  Sequential features = model.take(0, feature_layers);
  std::vector<double> times;
  for (int run = 0; run < 7; ++run) {
    const auto start = std::chrono::steady_clock::now();
    features.predict(x);
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("Minnow: features of %zu photographs in %.3f s, %.0f a second\n", paths.size(), times[3],
              static_cast<double>(paths.size()) / times[3]);
}
