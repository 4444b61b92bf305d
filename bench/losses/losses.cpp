// Forward and backward of each loss.

#include <minnow/losses/bce_loss.hpp>
#include <minnow/losses/bce_with_logits_loss.hpp>
#include <minnow/losses/cosine_embedding_loss.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/losses/focal_loss.hpp>
#include <minnow/losses/huber_loss.hpp>
#include <minnow/losses/kl_div_loss.hpp>
#include <minnow/losses/l1_loss.hpp>
#include <minnow/losses/mse_loss.hpp>
#include <minnow/losses/multi_margin_loss.hpp>
#include <minnow/losses/nll_loss.hpp>
#include <minnow/losses/sigmoid_focal_loss.hpp>
#include <minnow/losses/smooth_l1_loss.hpp>

#include <bench/support/program.hpp>
#include <bench/support/values.hpp>

namespace {

constexpr std::size_t rows = 4096, cols = 10;

minnow::Tensor uniform(const minnow::Shape& shape, float bound, std::uint32_t stream) {
  minnow::Tensor tensor = minnow::zeros(shape);
  bench::fill_uniform(tensor.data(), tensor.size(), bound, stream);
  return tensor;
}

minnow::Tensor logits() { return uniform({rows, cols}, 4, 0); }

minnow::Tensor classes() {  // (N)
  minnow::Tensor tensor = minnow::zeros({rows});
  bench::fill_labels(tensor.data(), tensor.size(), static_cast<std::int64_t>(cols));
  return tensor;
}

minnow::Tensor between_0_and_1(std::uint32_t stream) {
  minnow::Tensor tensor = uniform({rows, cols}, 0.5F, stream);
  for (float& value : tensor) value += 0.5F;
  return tensor;
}

template <class Loss>
void loss(benchmark::State& state, const minnow::Tensor& prediction, const minnow::Tensor& target) {
  Loss loss;
  loss.forward(prediction, target);
  for (auto _ : state) {
    benchmark::DoNotOptimize(loss.forward(prediction, target));
    benchmark::DoNotOptimize(loss.backward().data());
    benchmark::ClobberMemory();
  }
}

template <class Loss>
void add(const minnow::Tensor& prediction, const minnow::Tensor& target) {
  bench::measure("losses/minnow/" + Loss().name(), loss<Loss>, prediction, target);
}

const bool registered = [] {
  add<minnow::CrossEntropyLoss>(logits(), classes());
  add<minnow::NLLLoss>(logits(), classes());
  add<minnow::FocalLoss>(logits(), classes());
  add<minnow::MultiMarginLoss>(logits(), classes());
  add<minnow::MSELoss>(logits(), between_0_and_1(1));
  add<minnow::L1Loss>(logits(), between_0_and_1(1));
  add<minnow::HuberLoss>(logits(), between_0_and_1(1));
  add<minnow::SmoothL1Loss>(logits(), between_0_and_1(1));
  add<minnow::BCELoss>(between_0_and_1(0), between_0_and_1(1));
  add<minnow::BCEWithLogitsLoss>(logits(), between_0_and_1(1));
  add<minnow::SigmoidFocalLoss>(logits(), between_0_and_1(1));

  minnow::Tensor distributions = minnow::zeros({rows, cols}), signs = minnow::zeros({rows});
  for (float& p : distributions) p = 1.0F / cols;
  for (std::size_t i = 0; i < rows; ++i) signs.data()[i] = i % 2 == 0 ? 1.0F : -1.0F;
  add<minnow::KLDivLoss>(logits(), distributions);
  add<minnow::CosineEmbeddingLoss>(uniform({rows, 2, cols}, 1, 0), signs);
  return true;
}();

}  // namespace
