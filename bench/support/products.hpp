#pragma once

#include <minnow/core/tensor.hpp>

#include <bench/support/net.hpp>

#include <vector>

#include <cblas.h>

namespace bench {

enum class Layout { out_in, in_out };  // of a weight; Minnow's layout is (out, in)

/// The bound: the matrix products of a net's training step, in the order of the step, and nothing else.
class Products {
 public:
  Products(const Net& net, Layout layout) : layout_(layout), batch_(net.batch), widths_(net.widths) {
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      x_.push_back(uniform_tensor({batch_, widths_[i]}));
      dx_.push_back(uniform_tensor({batch_, widths_[i]}));
    }
    for (std::size_t i = 0; i + 1 < widths_.size(); ++i) {
      weight_.push_back(uniform_tensor({widths_[i + 1], widths_[i]}));
      gradient_.push_back(uniform_tensor({widths_[i + 1], widths_[i]}));
    }
  }

  /// Computes y = x weight^T for each layer.
  void forward() {
    for (std::size_t i = 0; i < weight_.size(); ++i)
      multiply(CblasNoTrans, layout_ == Layout::out_in ? CblasTrans : CblasNoTrans, batch_, widths_[i + 1], widths_[i],
               x_[i], weight_[i], x_[i + 1]);
  }

  /// Computes the same for batch size 1, with matrix-vector products.
  void forward_row() {
    for (std::size_t i = 0; i < weight_.size(); ++i) {
      const auto rows = static_cast<int>(widths_[i + 1]), cols = static_cast<int>(widths_[i]);
      cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, cols, 1, weight_[i].data(), cols, x_[i].data(), 1, 0,
                  x_[i + 1].data(), 1);
    }
  }

  /// Computes gradient = dy^T x for each layer; dx = dy weight, except for the first layer.
  void backward() {
    for (std::size_t i = weight_.size(); i-- > 0;) {
      const std::size_t in = widths_[i], out = widths_[i + 1];
      if (layout_ == Layout::out_in)
        multiply(CblasTrans, CblasNoTrans, out, in, batch_, dx_[i + 1], x_[i], gradient_[i]);
      else
        multiply(CblasTrans, CblasNoTrans, in, out, batch_, x_[i], dx_[i + 1], gradient_[i]);
      if (i > 0)
        multiply(CblasNoTrans, layout_ == Layout::out_in ? CblasNoTrans : CblasTrans, batch_, in, out, dx_[i + 1],
                 weight_[i], dx_[i]);
    }
  }

 private:
  static minnow::Tensor uniform_tensor(const minnow::Shape& shape) {
    minnow::Tensor tensor;
    minnow::resize(tensor, shape);
    fill_uniform(tensor.data(), tensor.size(), 0.1F);
    return tensor;
  }

  /// Computes c = op(a) op(b). op(a): (m, k), op(b): (k, n).
  static void multiply(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, std::size_t m, std::size_t n,
                       std::size_t k, const minnow::Tensor& a, const minnow::Tensor& b, minnow::Tensor& c) {
    const auto rows = static_cast<int>(m), cols = static_cast<int>(n), inner = static_cast<int>(k);
    cblas_sgemm(CblasRowMajor, transpose_a, transpose_b, rows, cols, inner, 1, a.data(),
                transpose_a == CblasTrans ? rows : inner, b.data(), transpose_b == CblasTrans ? inner : cols, 0,
                c.data(), cols);
  }

  Layout layout_;
  std::size_t batch_;
  std::vector<std::size_t> widths_;
  std::vector<minnow::Tensor> x_, dx_;             // each layer's input, and the last output: (N, width)
  std::vector<minnow::Tensor> weight_, gradient_;  // (out, in) or (in, out)
};

}  // namespace bench
