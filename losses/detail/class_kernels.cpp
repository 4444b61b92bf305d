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

constexpr std::size_t narrow = 128;  // classes; with more, a row by itself fills the vectors
constexpr std::size_t block = 64;    // terms summed in Real before the sum is taken over to double

kernels::LabelCheck check_labels(const Real* labels, std::size_t n, std::size_t classes, Real ignored) {
  kernels::LabelCheck result{n, 0};
  for_each_vector<Real>(n, [&](auto d, std::size_t i) HWY_ATTR {
    const auto label = hn::LoadU(d, labels + i);
    const auto in_range = hn::And(hn::Ge(label, hn::Zero(d)), hn::Lt(label, hn::Set(d, static_cast<Real>(classes))));
    const auto right = hn::And(in_range, hn::Eq(label, hn::Floor(label)));
    const auto skipped = hn::Eq(label, hn::Set(d, ignored));
    result.ignored += hn::CountTrue(d, skipped);
    const auto wrong = hn::Not(hn::Or(right, skipped));
    if (const auto at = hn::FindFirstTrue(d, wrong); at >= 0 && result.first_wrong == n)
      result.first_wrong = i + static_cast<std::size_t>(at);
  });
  return result;
}

constexpr std::size_t most_at_once = 64;  // positions: enough to keep the processor busy, few enough for its cache

/// What the losses and gradients of some positions need of their logits.
struct Positions {
  alignas(64) Real max[most_at_once], at_label[most_at_once], label_term[most_at_once], other_terms[most_at_once];
  alignas(64) Real factor[most_at_once];  // by which a term is multiplied to be its class's gradient
};

/// x and terms: class c of position i is at [c stride + i]; the two may be the same memory.
HWY_INLINE void read_positions(const Real* x, Real* terms, std::size_t stride, std::size_t count, std::size_t classes,
                               const Real* labels, Positions& p) {
  for_each_vector<Real>(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto label = hn::LoadU(d, labels + i);
    auto max = hn::LoadU(d, x + i);
    for (std::size_t c = 1; c < classes; ++c) {
      const auto v = hn::LoadU(d, x + c * stride + i);
      max = hn::IfThenElse(hn::Gt(v, max), v, max);  // a NaN is no maximum; its term is NaN
    }
    auto at_label = hn::Zero(d), label_term = hn::Zero(d), others = hn::Zero(d), lost = hn::Zero(d);
    for (std::size_t start = 0; start < classes; start += block) {
      auto sum = hn::Zero(d);
      for (std::size_t c = start; c < std::min(classes, start + block); ++c) {
        const auto v = hn::LoadU(d, x + c * stride + i);
        const auto term = exp_of_nonpositive(d, hn::Sub(v, max));
        hn::StoreU(term, d, terms + c * stride + i);
        const auto here = hn::Eq(label, hn::Set(d, static_cast<Real>(c)));
        at_label = hn::IfThenElse(here, v, at_label);
        label_term = hn::IfThenElse(here, term, label_term);
        sum = hn::Add(sum, hn::IfThenZeroElse(here, term));
      }
      const auto corrected = hn::Sub(sum, lost), total = hn::Add(others, corrected);  // Kahan, over the blocks
      lost = hn::Sub(hn::Sub(total, others), corrected);
      others = total;
    }
    hn::StoreU(max, d, p.max + i);
    hn::StoreU(at_label, d, p.at_label + i);
    hn::StoreU(label_term, d, p.label_term + i);
    hn::StoreU(others, d, p.other_terms + i);
  });
}

/// The losses, and p.factor. p - 1 at the label is -(sum of the other terms) / sum: subtracting 1 would cancel where p
/// is close to it. For the same reason the loss is log(1 + others) when the label has the largest logit, and so the
/// term e^0 = 1; the logarithm's argument is rounded, and what that lost is given back.
HWY_INLINE void finish_positions(Positions& p, std::size_t count, const double* weights, double scale, double* losses) {
  for_each_vector<double>(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0);
    const auto label_term = load_double(d, p.label_term + i), others = load_double(d, p.other_terms + i);
    const auto sum = hn::Add(others, label_term);
    const auto inverse = hn::Div(one, sum);
    const auto lost = hn::Sub(hn::IfThenElse(hn::Eq(label_term, one), others, hn::Sub(sum, one)), hn::Sub(sum, one));
    const auto log_sum = hn::MulAdd(lost, inverse, log(d, sum));
    auto loss = hn::Add(hn::Sub(load_double(d, p.max + i), load_double(d, p.at_label + i)), log_sum);
    auto factor = hn::Mul(hn::Set(d, scale), inverse);
    if (weights != nullptr) {
      const auto weight = load_double(d, weights + i);
      const auto off = hn::Eq(weight, hn::Zero(d));
      loss = hn::IfThenZeroElse(off, hn::Mul(weight, loss));
      factor = hn::IfThenZeroElse(off, hn::Mul(weight, factor));
    }
    hn::StoreU(loss, d, losses + i);
    store_double(factor, d, p.factor + i);
  });
}

HWY_INLINE void write_gradients(const Positions& p, const Real* terms, Real* gradient, std::size_t stride,
                                std::size_t count, std::size_t classes, const Real* labels) {
  for_each_vector<Real>(count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto label = hn::LoadU(d, labels + i), factor = hn::LoadU(d, p.factor + i);
    const auto at_label = hn::Neg(hn::Mul(hn::LoadU(d, p.other_terms + i), factor));
    const auto off = hn::Eq(factor, hn::Zero(d));
    for (std::size_t c = 0; c < classes; ++c) {
      const auto here = hn::Eq(label, hn::Set(d, static_cast<Real>(c)));
      const auto g = hn::IfThenElse(here, at_label, hn::Mul(hn::LoadU(d, terms + c * stride + i), factor));
      hn::StoreU(hn::IfThenZeroElse(off, g), d, gradient + c * stride + i);
    }
  });
}

const double* at(const double* p, std::size_t i) { return p == nullptr ? nullptr : p + i; }

/// (N, C, positions): neighbouring positions in the lanes.
void cross_entropy_positions(const kernels::ClassPositions& in, const Real* labels) {
  const std::size_t size = in.classes * in.positions;
  Positions p;
  for (std::size_t n = 0; n < in.samples; ++n)
    for (std::size_t k = 0; k < in.positions; k += most_at_once) {
      const std::size_t count = std::min(most_at_once, in.positions - k), i = n * in.positions + k;
      Real* gradient = in.gradient + n * size + k;
      read_positions(in.x + n * size + k, gradient, in.positions, count, in.classes, labels + i, p);
      finish_positions(p, count, at(in.weights, i), in.scale, in.losses + i);
      write_gradients(p, gradient, gradient, in.positions, count, in.classes, labels + i);
    }
}

/// (N, C) with few classes: neighbouring samples in the lanes, transposed on the way in and out.
void cross_entropy_narrow(const kernels::ClassPositions& in, const Real* labels) {
  constexpr std::size_t numbers = narrow * 16;
  alignas(64) Real columns[numbers];
  Positions p;
  const std::size_t classes = in.classes, at_once = std::min(most_at_once, numbers / classes / 16 * 16);
  for (std::size_t i = 0; i < in.samples; i += at_once) {
    const std::size_t count = std::min(at_once, in.samples - i);
    transpose(in.x + i * classes, count, classes, classes, columns, at_once);
    read_positions(columns, columns, at_once, count, classes, labels + i, p);
    finish_positions(p, count, at(in.weights, i), in.scale, in.losses + i);
    write_gradients(p, columns, columns, at_once, count, classes, labels + i);
    transpose(columns, classes, count, at_once, in.gradient + i * classes, classes);
  }
}

/// (N, C) with many classes: neighbouring classes in the lanes.
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
    if (at_label > others) {  // then the difference has lost digits
      gradient[label] = 0;
      others = row_sum(gradient, classes);
    }
    const double of_term = weight * in.scale / (others + at_label);
    for_each_vector<Real>(classes, [=](auto d, std::size_t j) HWY_ATTR {
      hn::StoreU(hn::Mul(hn::LoadU(d, gradient + j), hn::Set(d, static_cast<Real>(of_term))), d, gradient + j);
    });
    gradient[label] = static_cast<Real>(-others * of_term);
    const double beyond = at_label == 1 ? others : others + at_label - 1;
    in.losses[i] = weight * (static_cast<double>(max) - static_cast<double>(x[label]) + std::log1p(beyond));
  }
}

void cross_entropy(const kernels::ClassPositions& in, const Real* labels) {
  if (in.positions != 1)
    cross_entropy_positions(in, labels);
  else if (in.classes <= narrow)
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
