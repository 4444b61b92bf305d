#pragma once

#include <minnow/core/math/gemm.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/core/threading/threads.hpp>

#include <bench/support/conv_net.hpp>

#include <vector>

#include <cblas.h>

namespace bench {

/// Computes c = op(a) op(b) + beta c with OpenBLAS.
struct ByOpenBlas {
  static void multiply(const minnow::Tensor& a, bool transpose_a, const minnow::Tensor& b, bool transpose_b,
                       minnow::Tensor& c, float beta = 0) {
    const auto m = static_cast<int>(c.shape()[0]), n = static_cast<int>(c.shape()[1]);
    const auto a_columns = static_cast<int>(a.shape()[1]), b_columns = static_cast<int>(b.shape()[1]);
    const int k = transpose_a ? static_cast<int>(a.shape()[0]) : a_columns;
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m, n,
                k, 1, a.data(), a_columns, b.data(), b_columns, beta, c.data(), n);
  }
};

/// Computes c = op(a) op(b) + beta c with Minnow's gemm.
struct ByMinnow {
  static void multiply(const minnow::Tensor& a, bool transpose_a, const minnow::Tensor& b, bool transpose_b,
                       minnow::Tensor& c, float beta = 0) {
    minnow::gemm(a, b, c, {.transpose_a = transpose_a, .transpose_b = transpose_b, .beta = beta});
  }
};

/// The bound: the matrix products of a convolutional net's training step, at their shapes, and nothing else. A
/// convolution has one product per image, and images are distributed over the threads. The copy of pixels into columns
/// is left out, so that the columns are in the cache, as they would be after the copy.
template <class By>
class ConvProducts {
 public:
  explicit ConvProducts(const ConvNet& net) : batch_(net.batch) {
    const auto fans = net.fans();
    for (std::size_t i = 0; i < 2; ++i)
      convolutions_.emplace_back(fans[i].in, fans[i].out, i == 0 ? net.pixels() : net.pixels() / 4, batch_, i == 0);
    for (std::size_t i = 2; i < fans.size(); ++i) dense_.emplace_back(fans[i].in, fans[i].out, batch_);
  }

  void forward() {
    for (auto& layer : convolutions_) layer.forward(batch_);
    for (auto& layer : dense_) By::multiply(layer.x, false, layer.weight, true, layer.y);
  }

  void backward() {
    for (std::size_t i = dense_.size(); i-- > 0;) {
      auto& layer = dense_[i];
      By::multiply(layer.y, true, layer.x, false, layer.gradient);
      By::multiply(layer.y, false, layer.weight, false, layer.dx);
    }
    for (std::size_t i = convolutions_.size(); i-- > 0;) convolutions_[i].backward(batch_);
  }

 private:
  static minnow::Tensor uniform_tensor(std::size_t rows, std::size_t columns) {
    minnow::Tensor tensor = minnow::zeros({rows, columns});
    fill_uniform(tensor.data(), tensor.size(), 0.1F);
    return tensor;
  }

  struct Convolution {
    bool first;
    minnow::Tensor weight;                          // (filters, K), K = 9 channels
    std::vector<minnow::Tensor> y;                  // per image: (filters, P), P = pixels
    std::vector<minnow::Tensor> columns, dcolumns;  // per thread: (K, P)
    std::vector<minnow::Tensor> gradient;           // per thread: (filters, K)

    Convolution(std::size_t k, std::size_t filters, std::size_t pixels, std::size_t batch, bool is_first)
        : first(is_first), weight(uniform_tensor(filters, k)), y(batch, uniform_tensor(filters, pixels)) {
      const auto threads = static_cast<std::size_t>(minnow::num_threads());
      columns.assign(threads, uniform_tensor(k, pixels));
      if (!first) dcolumns = columns;
      gradient.assign(threads, uniform_tensor(filters, k));
    }

    /// Calls body(image, part) for every image. One thread runs all images of a part, in order.
    template <class Body>
    void for_each_image(std::size_t batch, const Body& body) {
      const std::size_t grain_size = (batch + columns.size() - 1) / columns.size();
      minnow::parallel_for(batch, grain_size, [&](std::size_t begin, std::size_t end) {
        for (std::size_t image = begin; image < end; ++image) body(image, image / grain_size);
      });
    }

    /// y = weight columns.
    void forward(std::size_t batch) {
      for_each_image(batch, [&](std::size_t image, std::size_t part) {
        By::multiply(weight, false, columns[part], false, y[image]);
      });
    }

    /// gradient += dy columns^T; dcolumns = weight^T dy, except for the first layer.
    void backward(std::size_t batch) {
      for_each_image(batch, [&](std::size_t image, std::size_t part) {
        By::multiply(y[image], false, columns[part], true, gradient[part], 1);
        if (!first) By::multiply(weight, true, y[image], false, dcolumns[part]);
      });
    }
  };

  struct Dense {
    minnow::Tensor x, dx, y, weight, gradient;

    Dense(std::size_t in, std::size_t out, std::size_t batch)
        : x(uniform_tensor(batch, in)),
          dx(x),
          y(uniform_tensor(batch, out)),
          weight(uniform_tensor(out, in)),
          gradient(weight) {}
  };

  std::size_t batch_;
  std::vector<Convolution> convolutions_;
  std::vector<Dense> dense_;
};

}  // namespace bench
