#include <apps/minnow/features.hpp>
#include <apps/support/task_progress.hpp>

#include <algorithm>
#include <stdexcept>

using namespace minnow;

TensorDataset features_of(const Layer& layers, const Dataset& part, const Normalization& normalization) {
  Context context;
  Tensor features, labels;
  std::size_t done = 0;
  TaskProgress progress("features of", part.size());
  for (const double mirrored : {0.0, 1.0}) {
    DataLoader loader{part,
                      {.batch_size = 16,
                       .prefetch = true,
                       .augment = Augmentation{Rng{0}, {augment::Flip(mirrored)}},
                       .normalize = normalization}};
    Tensor y;
    for (const Batch& batch : loader) {
      resize(y, layers.output_shape(batch.inputs.shape()));
      layers.predict(batch.inputs, y, context);
      if (done == 0) resize(features, {2 * part.size(), y.shape()[1]}), resize(labels, {2 * part.size()});
      std::copy_n(y.data(), y.size(), features.data() + done * y.shape()[1]);
      std::copy_n(batch.targets.data(), batch.targets.size(), labels.data() + done);
      done += batch.targets.size();
      progress.update(done / 2);  // each image counts twice, also as its mirror image
    }
  }
  progress.finish();
  return {std::move(features), std::move(labels)};
}

void Frozen::forward(const Tensor& x, Tensor& y, Context& context) {
  Context& inner = context.child(0);
  inner.settings.backward_follows = false;
  layers_.predict(x, y, inner);
}

void Frozen::backward(const Tensor&, const Tensor&, const Tensor&, Tensor* dx, Context&) {
  if (dx != nullptr) throw std::logic_error("Frozen: expected no layer before this one.");
}
