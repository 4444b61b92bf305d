#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/state_visitor.hpp>

#include <cmath>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using WordBlock = std::array<std::uint32_t, 4>;

/// Computes ten rounds of Philox4x32: 128 random bits from a 128-bit counter and a 64-bit key.
WordBlock philox(WordBlock counter, std::uint64_t key) {
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ k0, static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ k1, static_cast<std::uint32_t>(a)};
    k0 += 0x9E3779B9;  // the golden ratio
    k1 += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

std::uint64_t low_half(const WordBlock& block) { return block[0] | std::uint64_t{block[1]} << 32; }

/// Returns the key of a stream of the family. The two rounds mix index and sub_index separately. The last counter word
/// is 1 here and 0 in the stream's own blocks, so the blocks never coincide.
std::uint64_t member_key(std::uint64_t key, std::uint64_t index, std::uint64_t sub_index) {
  for (const std::uint64_t i : {index, sub_index})
    key = low_half(philox({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32), 0, 1}, key));
  return key;
}

/// Returns ln(x) for a normal x > 0 from additions, products and one division. IEEE 754 defines their rounding on every
/// platform, but not that of a C library's log.
/// ln(x) = e ln 2 + 2 atanh(s), s = (m - 1) / (m + 1), m in [sqrt(1/2), sqrt(2)).
double portable_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1);
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * (s * s) + 1.0 / k;
  return exponent * 0.69314718055994531 + 2 * s * sum;
}

}  // namespace

// Philox is applied to the seed once, so that the keys of consecutive seeds are unrelated.
Rng::Rng(std::uint64_t seed) : key_(low_half(philox({0, 0, 0, 2}, seed))) {}

Rng Rng::split() {
  Rng child(*this);
  child.key_ = bits();
  child.block_ = 0;
  child.used_ = 4;
  return child;
}

Rng Rng::stream(std::uint64_t index, std::uint64_t sub_index) const {
  Rng child(*this);
  child.key_ = member_key(key_, index, sub_index);
  child.block_ = 0;
  child.used_ = 4;
  return child;
}

void Rng::compute_block(std::uint64_t block) {
  words_ = philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), 0, 0}, key_);
}

std::uint32_t Rng::word() {
  if (used_ == 4) {
    compute_block(block_++);
    used_ = 0;
  }
  return words_[used_++];
}

void Rng::visit_state(StateVisitor& visitor) {
  std::uint64_t key = key_, block = block_, used = used_;
  visitor.visit("key", key);
  visitor.visit("block", block);
  visitor.visit("used", used);
  if (!visitor.writes()) return;
  if (used > 4 || (used < 4 && block == 0))
    throw ValueError(
        format_text("Rng: expected at most 4 used words of the current block, got {} of block {}.", used, block));
  key_ = key;
  block_ = block;
  used_ = static_cast<unsigned>(used);
  if (used_ < 4) compute_block(block_ - 1);
}

std::uint64_t Rng::bits() {
  const std::uint64_t low = word();
  return low | std::uint64_t{word()} << 32;
}

double Rng::uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

double Rng::uniform(double low, double high) {
  const double value = low + (high - low) * uniform();
  return value < high ? value : low;  // rounding may reach `high`
}

double Rng::normal() {
  for (;;) {
    const double u = 2 * uniform() - 1;
    const double v = 2 * uniform() - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * portable_log(s) / s);
  }
}

std::uint64_t Rng::below(std::uint64_t bound) {
  if (bound == 0) throw ValueError("Rng::below: expected a bound of at least 1, got 0.");
  // The lowest 2^64 mod bound values would make some results more likely than others, so they are drawn again.
  const std::uint64_t uneven = (0 - bound) % bound;
  for (;;)
    if (const std::uint64_t value = bits(); value >= uneven) return value % bound;
}

void Rng::shuffle(std::span<std::size_t> items) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
}

}  // namespace minnow::inline MINNOW_PRECISION
