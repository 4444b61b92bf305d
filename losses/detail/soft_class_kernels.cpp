// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/losses/detail/soft_class_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/exponentials-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/losses/detail/class_kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

/// Access to class c of a vector of positions, in double. If `adjacent`, the positions are adjacent in memory and
/// classes are `stride` apart; else each position is a row, and rows are `stride` apart.
template <class D>
struct Classes {
  D d;
  std::size_t stride;
  bool adjacent;

  HWY_ATTR auto rows() const {
    const hn::RebindToSigned<hn::Rebind<Real, D>> di;
    return hn::Mul(hn::Iota(di, 0), hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(stride)));
  }
  HWY_ATTR auto load(const Real* p, std::size_t c) const {
    const hn::Rebind<Real, D> dr;
    const auto v = adjacent ? hn::LoadU(dr, p + c * stride) : hn::GatherIndex(dr, p + c, rows());
    if constexpr (std::is_same_v<Real, double>)
      return v;
    else
      return hn::PromoteTo(d, v);
  }
  template <class V>
  HWY_ATTR void store(V v, Real* p, std::size_t c) const {
    const hn::Rebind<Real, D> dr;
    const auto rounded = demote<Real>(d, v);
    if (adjacent)
      hn::StoreU(rounded, dr, p + c * stride);
    else
      hn::ScatterIndex(rounded, dr, p + c, rows());
  }
};

template <class D>
struct SoftPosition {
  hn::VFromD<D> max, top, top_term, rest;  // largest logit, its class, its term (1, or NaN), sum of the other terms
  hn::VFromD<D> mass, cost;                // sum over c of w_c q_c; of w_c q_c (max - x_c)
};

/// Returns w_c q_c at each position and writes t_c to `t`.
template <class D>
HWY_INLINE auto target_of(const Classes<D>& at, const kernels::SoftTargets& soft, const Real* target, std::size_t c,
                          std::size_t classes, hn::VFromD<D>& t) {
  const D d = at.d;
  if (soft.labels != nullptr)
    t = hn::IfThenElseZero(hn::Eq(load_double(d, target), hn::Set(d, static_cast<double>(c))), hn::Set(d, 1.0));
  else
    t = at.load(target, c);
  const double weight = soft.class_weights == nullptr ? 1 : static_cast<double>(soft.class_weights[c]);
  const double uniform = weight * soft.smoothing / static_cast<double>(classes);
  return hn::MulAdd(hn::Set(d, weight * (1 - soft.smoothing)), t, hn::Set(d, uniform));
}

/// Computes `p` from logits and targets. Returns false if the target of a position is not a distribution.
template <class D>
HWY_INLINE bool read_position(const Classes<D>& at, const kernels::ClassPositions& in, const kernels::SoftTargets& soft,
                              const Real* x, const Real* target, hn::VFromD<D> weight, SoftPosition<D>& p) {
  const D d = at.d;
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0);
  p = {at.load(x, 0), zero, zero, zero, zero, zero};
  for (std::size_t c = 1; c < in.classes; ++c) {
    const auto v = at.load(x, c);
    const auto larger = hn::Gt(v, p.max);
    p.max = hn::IfThenElse(larger, v, p.max);
    p.top = hn::IfThenElse(larger, hn::Set(d, static_cast<double>(c)), p.top);
  }
  auto total = zero, lowest = zero;
  for (std::size_t c = 0; c < in.classes; ++c) {
    const auto shifted = hn::Sub(at.load(x, c), p.max);
    const auto term = exp_of_nonpositive(d, shifted);
    const auto is_top = hn::Eq(p.top, hn::Set(d, static_cast<double>(c)));
    p.top_term = hn::IfThenElse(is_top, term, p.top_term);
    p.rest = hn::Add(p.rest, hn::IfThenZeroElse(is_top, term));
    auto t = zero;
    const auto wq = target_of(at, soft, target, c, in.classes, t);
    total = hn::Add(total, t);
    lowest = hn::IfThenElse(hn::Ge(t, zero), lowest, hn::Set(d, -1.0));
    p.mass = hn::Add(p.mass, wq);
    p.cost = hn::Add(p.cost, hn::IfThenZeroElse(hn::Eq(wq, zero), hn::Mul(wq, hn::Neg(shifted))));
  }
  const auto sum_error = hn::Abs(hn::Sub(total, one));
  const auto distribution = hn::And(hn::Ge(lowest, zero), hn::Le(sum_error, hn::Set(d, soft.sum_tolerance)));
  return soft.probabilities == nullptr || hn::AllTrue(d, hn::Or(distribution, hn::Eq(weight, zero)));
}

/// Writes the losses and gradients of a vector of positions, and returns false if the target is not a distribution.
template <class D>
HWY_INLINE bool soft_position(const Classes<D>& at, const kernels::ClassPositions& in, const kernels::SoftTargets& soft,
                              const Real* x, const Real* target, std::size_t i, Real* gradient) {
  const D d = at.d;
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0);
  const auto weight = in.weights == nullptr ? one : load_double(d, in.weights + i);
  SoftPosition<D> p;
  if (!read_position(at, in, soft, x, target, weight, p)) return false;
  const auto masked = hn::Eq(weight, zero);
  const auto sum = hn::Add(p.rest, p.top_term);
  const auto log_sum = hn::Add(log1p(d, p.rest), hn::Sub(p.top_term, one));
  const auto loss = hn::MulAdd(p.mass, log_sum, p.cost);
  hn::StoreU(hn::IfThenZeroElse(masked, hn::Mul(weight, loss)), d, in.losses + i);
  const auto factor = hn::Div(hn::Mul(weight, hn::Set(d, in.scale)), sum);
  for (std::size_t c = 0; c < in.classes; ++c) {
    const auto shifted = hn::Sub(at.load(x, c), p.max);
    const auto term = exp_of_nonpositive(d, shifted);
    const auto is_top = hn::Eq(p.top, hn::Set(d, static_cast<double>(c)));
    auto t = zero;
    const auto wq = target_of(at, soft, target, c, in.classes, t);
    // p_c mass - wq over the common denominator, which is exact if wq equals the mass or the term equals the sum.
    const auto other_terms = hn::IfThenElse(is_top, p.rest, hn::Sub(sum, term));
    const auto g = hn::Sub(hn::Mul(term, hn::Sub(p.mass, wq)), hn::Mul(wq, other_terms));
    at.store(hn::IfThenZeroElse(masked, hn::Mul(g, factor)), gradient, c);
  }
  return true;
}

bool soft_cross_entropy(const kernels::ClassPositions& in, const kernels::SoftTargets& soft) {
  const bool adjacent = in.positions != 1;
  const std::size_t size = in.classes * in.positions;
  bool valid = true;
  const auto run = [&](auto d, std::size_t n, std::size_t k) HWY_ATTR {
    const Classes<decltype(d)> at{d, adjacent ? in.positions : in.classes, adjacent};
    const std::size_t i = n * in.positions + k, first = n * size + k;
    const Real* target = soft.labels != nullptr ? soft.labels + i : soft.probabilities + first;
    valid = soft_position(at, in, soft, in.x + first, target, i, in.gradient + first) && valid;
  };
  if (!adjacent) {
    for_each_vector<double>(in.samples, [&](auto d, std::size_t n) HWY_ATTR { run(d, n, 0); });
    return valid;
  }
  for (std::size_t n = 0; n < in.samples; ++n)
    for_each_vector<double>(in.positions, [&](auto d, std::size_t k) HWY_ATTR { run(d, n, k); });
  return valid;
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(soft_cross_entropy);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

bool soft_cross_entropy(const ClassPositions& in, const SoftTargets& targets) {
  using namespace minnow::simd;
  return HWY_DYNAMIC_DISPATCH(soft_cross_entropy)(in, targets);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
