// Time of each augmentation: one epoch of images (3, 64, 64) from memory into batches of 64, on the calling thread.
// "none" only copies the images.

#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <bench/support/program.hpp>

#include <string>
#include <vector>

namespace {

using namespace minnow;

constexpr std::size_t samples = 256;

TensorDataset random_images() {
  Rng rng{1};
  Tensor inputs = zeros({samples, 3, 64, 64});
  for (Real& value : inputs) value = static_cast<Real>(rng.uniform());
  return {std::move(inputs), zeros({samples})};
}

void load(benchmark::State& state, const DataLoaderOptions& options) {
  const TensorDataset dataset = random_images();
  DataLoader loader(dataset, options);
  for (auto _ : state)
    for (const Batch& batch : loader) benchmark::DoNotOptimize(batch.inputs.data());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples));
}

void measure(const std::string& name, std::vector<Transform> transforms, std::optional<Mixup> mixup = std::nullopt) {
  const DataLoaderOptions options{.augment = Augmentation{Rng{1}, std::move(transforms), mixup}};
  bench::measure("augment/minnow/" + name, load, options);
}

const bool registered = [] {
  measure("none", {});
  measure("Flip", {augment::Flip()});
  measure("ShiftedCrop", {augment::ShiftedCrop(4)});
  measure("Flip_ShiftedCrop", {augment::Flip(), augment::ShiftedCrop(4)});
  measure("Rotation", {augment::Rotation(10)});
  measure("ColourJitter", {augment::ColourJitter({.brightness = 0.4, .contrast = 0.4, .saturation = 0.4})});
  measure("Cutout", {augment::Cutout(16)});
  measure("Mixup", {}, Mixup{.classes = 4});
  bench::measure("augment/minnow/Normalization", load,
                 DataLoaderOptions{.normalize = Normalization(random_images().inputs())});
  return true;
}();

}  // namespace
