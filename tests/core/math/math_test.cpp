// Compares the elementary functions with long double on every instruction set, in units in the last place.
#include <minnow/core/math/kernels.hpp>
#include <minnow/core/rng.hpp>

#include <tests/support/instruction_sets.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using minnow::testing::on_each_instruction_set;

using Values = std::vector<Real>;
using Limits = std::numeric_limits<Real>;
using Bits = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;

constexpr bool single = sizeof(Real) == 4;
constexpr Real nan = Limits::quiet_NaN(), inf = Limits::infinity(), denormal = Limits::denorm_min();

struct Function {
  std::string name;
  void (*kernel)(const Real* x, Real* y, std::size_t n);
  long double (*exact)(long double);
  Real low, high;                   // the interval in which the function varies most
  double bound, bound_without_fma;  // as documented in core/math/detail/math-inl.hpp
  bool underflows;

  Values operator()(const Values& x) const {
    Values y(x.size());
    kernel(x.data(), y.data(), x.size());
    return y;
  }
};

const std::vector<Function>& functions() {
  const auto sigmoid = [](long double x) { return 1 / (1 + std::exp(-x)); };
  static const std::vector<Function> all =
      single ? std::vector<Function>{{"exp", kernels::exp, std::exp, -90, 90, 1.1, 1.1, true},
                                     {"log", kernels::log, std::log, 0.25, 4, 1.1, 1.6, false},
                                     {"log1p", kernels::log1p, std::log1p, -1, 4, 1.7, 1.9, false},
                                     {"tanh", kernels::tanh, std::tanh, -10, 10, 2.6, 2.7, false},
                                     {"sigmoid", kernels::sigmoid, sigmoid, -90, 20, 2.5, 2.5, true},
                                     {"erf", kernels::erf, std::erf, -4, 4, 2.0, 2.3, false}}
             : std::vector<Function>{{"exp", kernels::exp, std::exp, -720, 720, 1.2, 1.2, true},
                                     {"log", kernels::log, std::log, 0.25, 4, 1.4, 1.6, false},
                                     {"log1p", kernels::log1p, std::log1p, -1, 4, 1.8, 2.0, false},
                                     {"tanh", kernels::tanh, std::tanh, -20, 20, 2.7, 2.7, false},
                                     {"sigmoid", kernels::sigmoid, sigmoid, -720, 40, 2.5, 2.5, true},
                                     {"erf", kernels::erf, std::erf, -6, 6, 2.5, 2.6, false}};
  return all;
}

/// Returns every 997th float, or doubles of each exponent; random points in [low, high]; and the neighbours of powers
/// of two and of the interval's ends.
Values points(const Function& f) {
  Values x;
  Rng rng{7};
  for (std::uint64_t i = 0; i < (single ? 0x1'0000'0000 : 2'000'000); i += single ? 997 : 1)
    x.push_back(std::bit_cast<Real>(static_cast<Bits>(single ? i : i * 9'223'372'036'855ULL + (i * i << 20))));
  for (int i = 0; i < 400'000; ++i) {
    x.push_back(f.low + static_cast<Real>(rng.uniform()) * (f.high - f.low));
    x.push_back(static_cast<Real>((2 * rng.uniform() - 1) * (i % 2 == 0 ? 1 : 0.1)));
  }
  const auto near = [&](Real centre) {
    const auto bits = std::bit_cast<Bits>(centre);
    for (Bits k = 0; k <= 8; ++k) x.push_back(std::bit_cast<Real>(static_cast<Bits>(bits + k - 4)));
  };
  for (int e = Limits::min_exponent - Limits::digits; e < Limits::max_exponent; ++e)
    for (const Real m : {Real{1}, Real{2} / 3}) {
      near(std::ldexp(m, e));
      near(-std::ldexp(m, e));
    }
  for (const Real end : {f.low, f.high, std::log(Limits::min()), std::log(Limits::max()), Limits::max()}) near(end);
  return x;
}

/// Returns |y - exact| in units in the last place.
double error_in_units(Real y, long double exact) {
  if (std::isnan(exact)) return std::isnan(y) ? 0 : inf;
  const auto rounded = static_cast<Real>(exact);
  if (std::isinf(rounded) || std::isnan(y) || std::isinf(y)) return y == rounded ? 0 : inf;
  const int exponent = exact == 0 ? Limits::min_exponent : std::max(std::ilogb(exact) + 1, Limits::min_exponent);
  return static_cast<double>(std::abs(static_cast<long double>(y) - exact) /
                             std::ldexp(1.0L, exponent - Limits::digits));
}

TEST(Math, ErrorsInUnitsOfTheLastPlace) {
  for (const Function& f : functions()) {
    SCOPED_TRACE(f.name);
    const Values x = points(f);
    std::vector<long double> exact(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) exact[i] = f.exact(x[i]);
    on_each_instruction_set([&](const std::string& set) {
      const Values y = f(x);
      double worst = 0;
      Real at = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (f.underflows && y[i] == 0 && exact[i] < static_cast<long double>(Limits::min())) continue;
        if (const double error = error_in_units(y[i], exact[i]); error > worst) {
          worst = error;
          at = x[i];
        }
      }
      const bool fma = set != "SCALAR" && set != "EMU128" && set != "SSE4" && set != "SSSE3";
      EXPECT_LE(worst, fma ? f.bound : f.bound_without_fma) << "at " << at;
      ::testing::Test::RecordProperty(f.name + "_" + set, std::to_string(worst));
    });
  }
}

TEST(Math, SpecialValues) {
  struct Case {
    std::size_t function;
    Real x, y;
  };
  const std::vector<Case> cases{{0, 0, 1},
                                {0, Real{-0.0}, 1},
                                {0, inf, inf},
                                {0, -inf, 0},
                                {0, denormal, 1},
                                {0, Limits::max(), inf},
                                {0, Limits::lowest(), 0},
                                {1, 1, 0},
                                {1, 0, -inf},
                                {1, Real{-0.0}, -inf},
                                {1, inf, inf},
                                {1, -1, nan},
                                {1, -inf, nan},
                                {1, -denormal, nan},
                                {2, 0, 0},
                                {2, Real{-0.0}, Real{-0.0}},
                                {2, -1, -inf},
                                {2, inf, inf},
                                {2, -2, nan},
                                {2, -inf, nan},
                                {2, denormal, denormal},
                                {2, -denormal, -denormal},
                                {3, 0, 0},
                                {3, Real{-0.0}, Real{-0.0}},
                                {3, inf, 1},
                                {3, -inf, -1},
                                {3, 30, 1},
                                {3, -30, -1},
                                {3, denormal, denormal},
                                {3, -denormal, -denormal},
                                {4, 0, Real{0.5}},
                                {4, inf, 1},
                                {4, -inf, 0},
                                {4, 100, 1},
                                {4, -1000, 0},
                                {5, 0, 0},
                                {5, Real{-0.0}, Real{-0.0}},
                                {5, inf, 1},
                                {5, -inf, -1},
                                {5, 7, 1},
                                {5, -7, -1},
                                {5, denormal, denormal},
                                {5, -denormal, -denormal}};
  on_each_instruction_set([&](const std::string&) {
    for (const Case& c : cases) {
      const Function& f = functions()[c.function];
      const Real y = f({c.x}).front();
      EXPECT_TRUE(std::isnan(c.y) ? std::isnan(y) : std::bit_cast<Bits>(y) == std::bit_cast<Bits>(c.y))
          << f.name << "(" << c.x << ") = " << y << ", expected " << c.y;
    }
    for (const Function& f : functions())
      for (const Bits payload : {Bits{0}, Bits{1}, Bits{0x1234}})  // in the bits from which exponents are computed
        for (const Real sign : {Real{1}, Real{-1}}) {
          const Real x =
              std::copysign(std::bit_cast<Real>(static_cast<Bits>(std::bit_cast<Bits>(nan) + payload)), sign);
          EXPECT_TRUE(std::isnan(f({x}).front())) << f.name;
        }
  });
}

/// The bits of a result depend neither on the position in the array nor on the other elements.
TEST(Math, PositionDoesNotMatter) {
  constexpr std::size_t longest = 40;
  Rng rng{3};
  on_each_instruction_set([&](const std::string&) {
    for (const Function& f : functions())
      for (std::size_t n = 1; n <= longest; ++n) {
        Values x(n);
        for (Real& v : x) v = static_cast<Real>(3 * rng.normal());
        if (n % 3 == 0) x[n / 2] = n % 2 == 0 ? nan : denormal;
        if (n % 5 == 0) x[n / 3] = n % 2 == 0 ? Limits::max() : -inf;
        const Values together = f(x);
        for (std::size_t i = 0; i < n; ++i) {
          const Real alone = f({x[i]}).front();
          const Real repeated = f(Values(longest, x[i])).front();
          if (std::isnan(alone)) {
            EXPECT_TRUE(std::isnan(together[i]) && std::isnan(repeated)) << f.name << " " << x[i];
            continue;
          }
          EXPECT_EQ(std::bit_cast<Bits>(together[i]), std::bit_cast<Bits>(alone)) << f.name << " " << x[i];
          EXPECT_EQ(std::bit_cast<Bits>(repeated), std::bit_cast<Bits>(alone)) << f.name << " " << x[i];
        }
      }
  });
}

TEST(Math, OddFunctionsAreOddToTheBit) {
  on_each_instruction_set([&](const std::string&) {
    for (const std::size_t index : {std::size_t{3}, std::size_t{5}}) {
      const Function& f = functions()[index];
      Rng rng{5};
      for (int i = 0; i < 1000; ++i) {
        const auto x = static_cast<Real>(3 * rng.normal());
        EXPECT_EQ(f({-x}).front(), -f({x}).front()) << f.name << " " << x;
      }
    }
  });
}

}  // namespace
}  // namespace minnow
