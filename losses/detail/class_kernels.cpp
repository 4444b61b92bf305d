// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/losses/detail/class_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/exponentials-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>
#include <minnow/losses/detail/class_kernels.hpp>

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

constexpr std::size_t max_narrow_classes = 128;  // a row of more classes fills the vectors
constexpr std::size_t block = 64;                // terms per partial sum

kernels::LabelCheck check_labels(const Real* labels, std::size_t n, std::size_t classes, Real ignored) {
  kernels::LabelCheck result{n, 0};
  for_each_vector<Real>(n, [&](auto d, std::size_t i) HWY_ATTR {
    const auto label = hn::LoadU(d, labels + i);
    const auto in_range = hn::And(hn::Ge(label, hn::Zero(d)), hn::Lt(label, hn::Set(d, static_cast<Real>(classes))));
    const auto valid = hn::And(in_range, hn::Eq(label, hn::Floor(label)));
    const auto is_ignored = hn::Eq(label, hn::Set(d, ignored));
    result.ignored += hn::CountTrue(d, is_ignored);
    const auto invalid = hn::Not(hn::Or(valid, is_ignored));
    if (const auto at = hn::FindFirstTrue(d, invalid); at >= 0 && result.first_invalid == n)
      result.first_invalid = i + static_cast<std::size_t>(at);
  });
  return result;
}

constexpr std::size_t max_positions =
    64;  // positions per group: enough to use the vector units, few enough for the cache

/// Intermediate values of a group of positions, from which losses and gradients follow.
struct Positions {
  alignas(64) Real max[max_positions], at_label[max_positions], label_term[max_positions], other_terms[max_positions];
  alignas(64) Real factor[max_positions];  // gradient of a class = factor times its term
};

/// Computes the terms e^(x - max) and their sums. Class c of position i is at [c stride + i] in x and in terms, which
/// may be the same memory. labels: (count).
HWY_INLINE void read_positions(const Real* x, Real* terms, std::size_t stride, std::size_t count, std::size_t classes,
                               const Real* labels, Positions& p) {
  for_each_vector<Real>(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto label = hn::LoadU(d, labels + i);
    auto max = hn::LoadU(d, x + i);
    for (std::size_t c = 1; c < classes; ++c) {
      const auto v = hn::LoadU(d, x + c * stride + i);
      max = hn::IfThenElse(hn::Gt(v, max), v, max);  // skips NaN, whose term is NaN
    }
    auto at_label = hn::Zero(d), label_term = hn::Zero(d), others = hn::Zero(d), compensation = hn::Zero(d);
    for (std::size_t start = 0; start < classes; start += block) {
      auto sum = hn::Zero(d);
      for (std::size_t c = start; c < std::min(classes, start + block); ++c) {
        const auto v = hn::LoadU(d, x + c * stride + i);
        const auto term = exp_of_nonpositive(d, hn::Sub(v, max));
        hn::StoreU(term, d, terms + c * stride + i);
        const auto is_label = hn::Eq(label, hn::Set(d, static_cast<Real>(c)));
        at_label = hn::IfThenElse(is_label, v, at_label);
        label_term = hn::IfThenElse(is_label, term, label_term);
        sum = hn::Add(sum, hn::IfThenZeroElse(is_label, term));
      }
      const auto corrected = hn::Sub(sum, compensation), total = hn::Add(others, corrected);  // Kahan summation
      compensation = hn::Sub(hn::Sub(total, others), corrected);
      others = total;
    }
    hn::StoreU(max, d, p.max + i);
    hn::StoreU(at_label, d, p.at_label + i);
    hn::StoreU(label_term, d, p.label_term + i);
    hn::StoreU(others, d, p.other_terms + i);
  });
}

/// Computes the losses and p.factor. At the label p - 1 is computed as -(sum of the other terms) / sum, because the
/// subtraction cancels if p is close to 1. For the same reason the loss is log(1 + others) if the label has the largest
/// logit and so the term e^0 = 1. The rounding error of the logarithm's argument is added to the result.
HWY_INLINE void finish_positions(Positions& p, std::size_t count, const double* weights, double scale, double* losses) {
  for_each_vector<double>(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0);
    const auto label_term = load_double(d, p.label_term + i), others = load_double(d, p.other_terms + i);
    const auto sum = hn::Add(others, label_term);
    const auto inverse = hn::Div(one, sum);
    const auto rounding_error =
        hn::Sub(hn::IfThenElse(hn::Eq(label_term, one), others, hn::Sub(sum, one)), hn::Sub(sum, one));
    const auto log_sum = hn::MulAdd(rounding_error, inverse, log(d, sum));
    auto loss = hn::Add(hn::Sub(load_double(d, p.max + i), load_double(d, p.at_label + i)), log_sum);
    auto factor = hn::Mul(hn::Set(d, scale), inverse);
    if (weights != nullptr) {
      const auto weight = load_double(d, weights + i);
      const auto masked = hn::Eq(weight, hn::Zero(d));
      loss = hn::IfThenZeroElse(masked, hn::Mul(weight, loss));
      factor = hn::IfThenZeroElse(masked, hn::Mul(weight, factor));
    }
    hn::StoreU(loss, d, losses + i);
    store_double(factor, d, p.factor + i);
  });
}

/// Writes factor times term, and -factor times the sum of the other terms at the label.
HWY_INLINE void write_gradients(const Positions& p, const Real* terms, Real* gradient, std::size_t stride,
                                std::size_t count, std::size_t classes, const Real* labels) {
  for_each_vector<Real>(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto label = hn::LoadU(d, labels + i), factor = hn::LoadU(d, p.factor + i);
    const auto at_label = hn::Neg(hn::Mul(hn::LoadU(d, p.other_terms + i), factor));
    const auto masked = hn::Eq(factor, hn::Zero(d));
    for (std::size_t c = 0; c < classes; ++c) {
      const auto is_label = hn::Eq(label, hn::Set(d, static_cast<Real>(c)));
      const auto g = hn::IfThenElse(is_label, at_label, hn::Mul(hn::LoadU(d, terms + c * stride + i), factor));
      hn::StoreU(hn::IfThenZeroElse(masked, g), d, gradient + c * stride + i);
    }
  });
}

const double* offset_or_null(const double* p, std::size_t i) { return p == nullptr ? nullptr : p + i; }

/// (N, C, positions): the lanes of a vector are adjacent positions.
void cross_entropy_positions(const kernels::ClassPositions& in, const Real* labels) {
  const std::size_t size = in.classes * in.positions;
  Positions p;
  for (std::size_t n = 0; n < in.samples; ++n)
    for (std::size_t k = 0; k < in.positions; k += max_positions) {
      const std::size_t count = std::min(max_positions, in.positions - k), i = n * in.positions + k;
      Real* gradient = in.gradient + n * size + k;
      read_positions(in.x + n * size + k, gradient, in.positions, count, in.classes, labels + i, p);
      finish_positions(p, count, offset_or_null(in.weights, i), in.scale, in.losses + i);
      write_gradients(p, gradient, gradient, in.positions, count, in.classes, labels + i);
    }
}

/// (N, C) with few classes: the lanes of a vector are adjacent samples; input and gradient are transposed.
void cross_entropy_narrow(const kernels::ClassPositions& in, const Real* labels) {
  constexpr std::size_t capacity = max_narrow_classes * 16;
  alignas(64) Real columns[capacity];
  Positions p;
  const std::size_t classes = in.classes, group = std::min(max_positions, capacity / classes / 16 * 16);
  for (std::size_t i = 0; i < in.samples; i += group) {
    const std::size_t count = std::min(group, in.samples - i);
    transpose(in.x + i * classes, count, classes, classes, columns, group);
    read_positions(columns, columns, group, count, classes, labels + i, p);
    finish_positions(p, count, offset_or_null(in.weights, i), in.scale, in.losses + i);
    write_gradients(p, columns, columns, group, count, classes, labels + i);
    transpose(columns, classes, count, group, in.gradient + i * classes, classes);
  }
}

/// (N, C) with many classes: the lanes of a vector are adjacent classes.
void cross_entropy_wide(const kernels::ClassPositions& in, const Real* labels) {
  const std::size_t classes = in.classes;
  for (std::size_t i = 0; i < in.samples; ++i) {
    const Real* x = in.x + i * classes;
    Real* gradient = in.gradient + i * classes;
    const double weight = in.weights == nullptr ? 1 : in.weights[i];
    if (weight == 0) {
      std::fill_n(gradient, classes, Real{0});
      in.losses[i] = 0;
      continue;
    }
    const auto label = static_cast<std::size_t>(labels[i]);
    const Real max = row_max(x, classes);
    const double sum = exponentials_sum(x, gradient, classes, max);
    const auto at_label = static_cast<double>(gradient[label]);
    double others = sum - at_label;
    if (at_label > others) {  // the difference has cancelled
      gradient[label] = 0;
      others = row_sum(gradient, classes);
    }
    const double factor = weight * in.scale / (others + at_label);
    for_each_vector<Real>(classes, [=](auto d, std::size_t j) HWY_ATTR {
      hn::StoreU(hn::Mul(hn::LoadU(d, gradient + j), hn::Set(d, static_cast<Real>(factor))), d, gradient + j);
    });
    gradient[label] = static_cast<Real>(-others * factor);
    const double sum_minus_1 = at_label == 1 ? others : others + at_label - 1;
    in.losses[i] = weight * (static_cast<double>(max) - static_cast<double>(x[label]) + std::log1p(sum_minus_1));
  }
}

void cross_entropy(const kernels::ClassPositions& in, const Real* labels) {
  if (in.positions != 1)
    cross_entropy_positions(in, labels);
  else if (in.classes <= max_narrow_classes)
    cross_entropy_narrow(in, labels);
  else
    cross_entropy_wide(in, labels);
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(check_labels);
HWY_EXPORT(cross_entropy);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

LabelCheck check_labels(const Real* labels, std::size_t n, std::size_t classes, Real ignored) {
  return HWY_DYNAMIC_DISPATCH(check_labels)(labels, n, classes, ignored);
}
void cross_entropy(const ClassPositions& in, const Real* labels) { HWY_DYNAMIC_DISPATCH(cross_entropy)(in, labels); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
