#include <apps/mnist/networks.hpp>

#include <utility>

using namespace minnow;

namespace {

Sequential make_dense(const Shape& image, std::size_t classes, Rng rng) {
  return mlp(image, {256, 128}, classes, std::move(rng));
}

}  // namespace

const std::vector<Network>& networks() {
  static const std::vector<Network> all{
      {.name = "dense",
       .make = make_dense,
       .schedule = falling,
       .training =
           {.epochs = 30, .batch_size = 128, .learning_rate = 0.002, .weight_decay = 0.1, .label_smoothing = 0.1},
       .shift = 0,
       .cutout = 0},
      {.name = "cnn",
       .make = digit_cnn,
       .schedule = rising_and_falling,
       .training =
           {.epochs = 18, .batch_size = 64, .learning_rate = 0.005, .weight_decay = 0.05, .label_smoothing = 0.05},
       .shift = 1,
       .cutout = 8},
  };
  return all;
}
