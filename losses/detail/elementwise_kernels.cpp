// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/losses/detail/elementwise_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/math-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/losses/detail/elementwise_kernels.hpp>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::Elements;

template <class D>
struct Element {
  hn::VFromD<D> value, slope;
};

/// Loads the weights of the elements from k on, or broadcasts the weight of the only element if `single`; null: all 1.
template <class D>
HWY_INLINE auto element_weight(D d, const Real* p, std::size_t k, bool single) {
  if (p == nullptr) return hn::Set(d, 1.0);
  return single ? hn::Set(d, static_cast<double>(*p)) : load_double(d, p + k);
}

/// Calls op(d, x, target, k) for all elements, and writes losses and gradients from the Element that op returns.
template <class Op>
HWY_INLINE void for_each_element(const Elements& in, const Op& op) {
  const hn::ScalableTag<double> wide;
  const auto step = [&](auto d, std::size_t at, std::size_t k, auto sample_weight) HWY_ATTR {
    // A sample of weight 0 may contain anything: 1/2 is a valid input of every loss.
    const auto masked = hn::Eq(sample_weight, hn::Zero(d));
    const auto half = hn::Set(d, 0.5);
    const auto e = op(d, hn::IfThenElse(masked, half, load_double(d, in.x + at)),
                      hn::IfThenElse(masked, half, load_double(d, in.target + at)), k);
    const auto weight = hn::Mul(sample_weight, element_weight(d, in.weights, k, in.size == 1));
    const auto no_weight = hn::Eq(weight, hn::Zero(d));
    const auto gradient = hn::Mul(hn::Mul(weight, hn::Set(d, in.scale)), e.slope);
    store_double(hn::IfThenZeroElse(no_weight, gradient), d, in.gradient + at);
    return hn::IfThenZeroElse(no_weight, hn::Mul(weight, e.value));
  };
  if (in.size == 1) {  // the lanes of a vector are adjacent samples
    for_each_vector<double>(in.samples, [&](auto d, std::size_t n) HWY_ATTR {
      const auto sample_weight = in.sample_weights == nullptr ? hn::Set(d, 1.0) : load_double(d, in.sample_weights + n);
      hn::StoreU(step(d, n, 0, sample_weight), d, in.losses + n);
    });
    return;
  }
  for (std::size_t n = 0; n < in.samples; ++n) {
    const double sample_weight = in.sample_weights == nullptr ? 1 : static_cast<double>(in.sample_weights[n]);
    auto sum = hn::Zero(wide);
    double rest = 0;
    for_each_vector<double>(in.size, [&](auto d, std::size_t k) HWY_ATTR {
      const auto losses = step(d, n * in.size + k, k, hn::Set(d, sample_weight));
      if constexpr (std::is_same_v<decltype(losses), const decltype(sum)>)
        sum = hn::Add(sum, losses);
      else
        rest += hn::GetLane(hn::SumOfLanes(d, losses));
    });
    in.losses[n] = hn::GetLane(hn::SumOfLanes(wide, sum)) + rest;
  }
}

template <class D>
HWY_INLINE auto in_unit_range(D d, hn::VFromD<D> v) {
  return hn::And(hn::Ge(v, hn::Zero(d)), hn::Le(v, hn::Set(d, 1.0)));
}
template <class D>
HWY_INLINE bool all_in_unit_range(D d, hn::VFromD<D> v) {
  return hn::AllTrue(d, in_unit_range(d, v));
}

/// max(log x, -100) for x >= 0.
template <class D>
HWY_INLINE auto clamped_log(D d, hn::VFromD<D> x) {
  return hn::Max(hn::Set(d, -100.0), log(d, x));
}

bool bce(const Elements& in) {
  bool valid = true;
  for_each_element(in, [&](auto d, auto x, auto t, std::size_t) HWY_ATTR {
    const auto one = hn::Set(d, 1.0);
    const auto other = hn::Sub(one, x);
    // log(1 - x) = -log(1 + x / (1 - x)), which does not cancel if x is small.
    const auto at_one = hn::Eq(other, hn::Zero(d));
    const auto log_other =
        hn::Max(hn::Set(d, -100.0), hn::Neg(log1p(d, hn::Div(x, hn::IfThenElse(at_one, one, other)))));
    const auto negative = hn::Mul(hn::Sub(one, t), hn::IfThenElse(at_one, hn::Set(d, -100.0), log_other));
    const auto value = hn::Neg(hn::MulAdd(t, clamped_log(d, x), negative));
    const auto slope = hn::Div(hn::Sub(x, t), hn::Max(hn::Mul(x, other), hn::Set(d, 1e-12)));
    const auto nan = hn::IsNaN(x);
    valid = valid && hn::AllTrue(d, hn::Or(nan, in_unit_range(d, x))) && all_in_unit_range(d, t);
    return Element<decltype(d)>{hn::IfThenElse(nan, x, value), hn::IfThenElse(nan, x, slope)};
  });
  return valid;
}

/// Returns weight times v, and 0 where the weight is 0, even if v is infinite.
template <class D>
HWY_INLINE auto weighted(D d, hn::VFromD<D> weight, hn::VFromD<D> v) {
  return hn::IfThenZeroElse(hn::Eq(weight, hn::Zero(d)), hn::Mul(weight, v));
}

/// Sigmoid terms of the losses on logits, accurate where s(x) is close to 0 or 1.
template <class D>
struct Logistic {
  hn::VFromD<D> s, not_s, softplus;  // 1 / (1 + e^-x), 1 / (1 + e^x), log(1 + e^-|x|)
  HWY_INLINE Logistic(D d, hn::VFromD<D> x) {
    const auto one = hn::Set(d, 1.0);
    const auto e = exp_of_nonpositive(d, hn::Neg(hn::Abs(x)));
    const auto larger = hn::Div(one, hn::Add(one, e)), smaller = hn::Div(e, hn::Add(one, e));
    const auto negative = hn::Lt(x, hn::Zero(d));
    s = hn::IfThenElse(negative, smaller, larger);
    not_s = hn::IfThenElse(negative, larger, smaller);
    softplus = log1p(d, e);
  }
  /// Losses of target 0, log(1 + e^x), and of target 1, log(1 + e^-x).
  HWY_INLINE auto if_negative(D d, hn::VFromD<D> x) const { return hn::Add(softplus, hn::Max(x, hn::Zero(d))); }
  HWY_INLINE auto if_positive(D d, hn::VFromD<D> x) const {
    return hn::Add(softplus, hn::Max(hn::Neg(x), hn::Zero(d)));
  }
};

bool bce_with_logits(const Elements& in, const Real* positive_weights) {
  bool valid = true;
  for_each_element(in, [&](auto d, auto x, auto t, std::size_t k) HWY_ATTR {
    const Logistic<decltype(d)> logistic(d, x);
    const auto negative = hn::Sub(hn::Set(d, 1.0), t);
    const auto positive = hn::Mul(t, element_weight(d, positive_weights, k, in.size == 1));
    const auto value =
        hn::Add(weighted(d, negative, logistic.if_negative(d, x)), weighted(d, positive, logistic.if_positive(d, x)));
    valid = valid && all_in_unit_range(d, t);
    const auto slope = hn::Sub(hn::Mul(negative, logistic.s), hn::Mul(positive, logistic.not_s));
    return Element<decltype(d)>{hn::IfThenElse(hn::IsNaN(x), x, value), slope};
  });
  return valid;
}

bool sigmoid_focal(const Elements& in, double alpha, double gamma) {
  bool valid = true;
  for_each_element(in, [&](auto d, auto x, auto t, std::size_t) HWY_ATTR {
    const Logistic<decltype(d)> logistic(d, x);
    const auto zero = hn::Zero(d), one = hn::Set(d, 1.0), negative = hn::Sub(one, t);
    const auto cross_entropy =
        hn::Add(weighted(d, negative, logistic.if_negative(d, x)), weighted(d, t, logistic.if_positive(d, x)));
    const auto error = hn::MulAdd(t, logistic.not_s, hn::Mul(negative, logistic.s));  // 1 - p_t
    const auto no_error = hn::Eq(error, zero);
    const auto divisor = hn::IfThenElse(no_error, one, error);
    auto power = exp_of_nonpositive(d, hn::Mul(hn::Set(d, gamma), log(d, divisor)));
    if (gamma != 0) power = hn::IfThenZeroElse(no_error, power);
    auto balance = one;
    if (alpha >= 0) balance = hn::MulAdd(hn::Set(d, alpha), t, hn::Mul(hn::Set(d, 1 - alpha), negative));
    const auto factor = hn::Mul(balance, power);
    const auto cross_slope = hn::Sub(hn::Mul(negative, logistic.s), hn::Mul(t, logistic.not_s));
    const auto error_slope =
        hn::Div(hn::Mul(hn::Mul(logistic.s, logistic.not_s), hn::Sub(negative, t)), divisor);  // divided by the error
    const auto slope = hn::Add(weighted(d, hn::Mul(hn::Set(d, gamma), error_slope), cross_entropy), cross_slope);
    const auto nan = hn::IsNaN(x);
    valid = valid && all_in_unit_range(d, t);
    return Element<decltype(d)>{hn::IfThenElse(nan, x, hn::Mul(factor, cross_entropy)),
                                hn::IfThenElse(nan, x, hn::Mul(factor, slope))};
  });
  return valid;
}

void kl_div(const Elements& in) {
  for_each_element(in, [](auto d, auto x, auto t, std::size_t) HWY_ATTR {
    const auto is_zero = hn::Eq(t, hn::Zero(d));
    const auto log_t = log(d, hn::IfThenElse(is_zero, hn::Set(d, 1.0), t));
    return Element<decltype(d)>{
        hn::IfThenElse(hn::IsNaN(x), x, hn::IfThenZeroElse(is_zero, hn::Mul(t, hn::Sub(log_t, x)))), hn::Neg(t)};
  });
}

void kl_div_log_target(const Elements& in) {
  for_each_element(in, [](auto d, auto x, auto t, std::size_t) HWY_ATTR {
    const auto p = exp(d, t);
    const auto is_zero = hn::Eq(p, hn::Zero(d));
    return Element<decltype(d)>{hn::IfThenElse(hn::IsNaN(x), x, hn::IfThenZeroElse(is_zero, hn::Mul(p, hn::Sub(t, x)))),
                                hn::Neg(p)};
  });
}

void mse(const Elements& in) {
  for_each_element(in, [](auto d, auto x, auto t, std::size_t) HWY_ATTR {
    const auto e = hn::Sub(x, t);
    return Element<decltype(d)>{hn::Mul(e, e), hn::Add(e, e)};
  });
}

/// 1 with the sign of e; 0 for 0 and NaN for NaN.
template <class D>
HWY_INLINE auto sign(D d, hn::VFromD<D> e) {
  return hn::IfThenElse(hn::Or(hn::Eq(e, hn::Zero(d)), hn::IsNaN(e)), e, hn::CopySign(hn::Set(d, 1.0), e));
}

void l1(const Elements& in) {
  for_each_element(in, [](auto d, auto x, auto t, std::size_t) HWY_ATTR {
    const auto e = hn::Sub(x, t);
    return Element<decltype(d)>{hn::Abs(e), sign(d, e)};
  });
}

void smooth_l1(const Elements& in, double beta, double factor) {
  for_each_element(in, [=](auto d, auto x, auto t, std::size_t) HWY_ATTR {
    const auto e = hn::Sub(x, t), size = hn::Abs(e), by = hn::Set(d, factor);
    const auto near = hn::Lt(size, hn::Set(d, beta));
    const auto scaled = hn::Mul(e, hn::Set(d, beta == 0 ? 0 : 1 / beta));
    const auto value =
        hn::IfThenElse(near, hn::Mul(hn::Mul(hn::Set(d, 0.5), e), scaled), hn::Sub(size, hn::Set(d, beta / 2)));
    return Element<decltype(d)>{hn::Mul(by, value), hn::Mul(by, hn::IfThenElse(near, scaled, sign(d, e)))};
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(bce);
HWY_EXPORT(bce_with_logits);
HWY_EXPORT(sigmoid_focal);
HWY_EXPORT(kl_div);
HWY_EXPORT(kl_div_log_target);
HWY_EXPORT(mse);
HWY_EXPORT(l1);
HWY_EXPORT(smooth_l1);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

bool bce(const Elements& in) { return HWY_DYNAMIC_DISPATCH(bce)(in); }
bool bce_with_logits(const Elements& in, const Real* positive_weights) {
  return HWY_DYNAMIC_DISPATCH(bce_with_logits)(in, positive_weights);
}
bool sigmoid_focal(const Elements& in, double alpha, double gamma) {
  return HWY_DYNAMIC_DISPATCH(sigmoid_focal)(in, alpha, gamma);
}
void kl_div(const Elements& in) { HWY_DYNAMIC_DISPATCH(kl_div)(in); }
void kl_div_log_target(const Elements& in) { HWY_DYNAMIC_DISPATCH(kl_div_log_target)(in); }
void mse(const Elements& in) { HWY_DYNAMIC_DISPATCH(mse)(in); }
void l1(const Elements& in) { HWY_DYNAMIC_DISPATCH(l1)(in); }
void smooth_l1(const Elements& in, double beta, double factor) { HWY_DYNAMIC_DISPATCH(smooth_l1)(in, beta, factor); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
