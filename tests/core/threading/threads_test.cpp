// Results at 1, 2, 3 and 4 threads are equal up to the order of sums inside OpenBLAS; repeated runs give the same bits.

#include <minnow/core/math/gemm.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/support/layer_by_layer.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/threads_for_test.hpp>

#include <array>

namespace minnow {
namespace {

using namespace minnow::testing;

Tensor product(const Tensor& a, const Tensor& b, const Shape& shape, const GemmOptions& options) {
  Tensor c = random(shape, 3);
  gemm(a, b, c, options);
  return c;
}

/// Twice the tolerance, because OpenBLAS may choose other kernels for other blocks.
void expect_close(const Tensor& got, const Tensor& expected, const std::string& what) {
  const std::vector<double> values(expected.storage().begin(), expected.storage().end());
  EXPECT_LE(error(got, expected.shape(), values), 2 * tolerance) << what;
}

TEST(Threads, GemmGivesTheSameResults) {
  for (const auto& [m, n, k] : std::vector<std::array<std::size_t, 3>>{
           {300, 70, 90}, {64, 640, 130}, {1, 2000, 700}, {2000, 1, 700}, {97, 101, 103}, {33, 31, 3000}, {8, 9, 10}})
    for (const bool ta : {false, true})
      for (const bool tb : {false, true}) {
        const Tensor a = random(ta ? Shape{k, m} : Shape{m, k}, 1), b = random(tb ? Shape{n, k} : Shape{k, n}, 2);
        const GemmOptions options{.transpose_a = ta, .transpose_b = tb, .alpha = Real{0.5}, .beta = 2};
        const ThreadsForTest one(1);
        const Tensor expected = product(a, b, {m, n}, options);
        for (int threads = 1; threads <= 4; ++threads) {
          const ThreadsForTest set(threads);
          const Tensor c = product(a, b, {m, n}, options);
          expect_close(c, expected, std::to_string(threads) + " threads");
          EXPECT_EQ(product(a, b, {m, n}, options), c) << threads << " threads, a second time";
        }
      }
}

/// Returns all results of two passes of a model.
std::vector<Tensor> passes(Sequential model, const Tensor& x) {
  std::vector<Tensor> results;
  const Tensor y = model.forward(x), dy = random(y.shape(), 4);
  Tensor dx = zeros(x.shape());
  model.backward(dy);
  model.backward(dy);
  results = {y, model.predict(x)};
  for (const NamedTensor& entry : model.parameters()) results.push_back(entry.parameter->grad);
  Context context;
  Tensor again = zeros(y.shape());
  model.forward(x, again, context);
  model.backward(x, again, dy, &dx, context);
  results.push_back(dx);
  return results;
}

TEST(Threads, DenseGivesTheSameResults) {
  Rng rng{5};
  for (const Sequential& model :
       {Sequential{Dense(784, 128, rng), ReLU(), Dense(128, 10, rng)},
        Sequential{Dense(784, 700, rng, {.bias = false}), Tanh(), Dense(700, 33, rng)}, Sequential{Dense(784, 1, rng)}})
    for (const std::size_t rows : {1u, 5u, 64u, 301u}) {
      const Tensor x = random({rows, 784}, rows);
      const ThreadsForTest one(1);
      const std::vector<Tensor> expected = passes(model, x);
      for (int threads = 1; threads <= 4; ++threads) {
        const ThreadsForTest set(threads);
        const std::vector<Tensor> got = passes(model, x);
        for (std::size_t i = 0; i < got.size(); ++i)
          expect_close(got[i], expected[i], std::to_string(threads) + " threads, result " + std::to_string(i));
        EXPECT_EQ(passes(model, x), got) << threads << " threads, a second time";
      }
    }
}

}  // namespace
}  // namespace minnow
