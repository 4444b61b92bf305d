#pragma once

#include <minnow/core/precision.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

class StateVisitor;

/// A stream of random numbers, the same on every platform: Philox4x32-10 (Salmon, Moraes, Dror and Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", 2011) with conversions of our own.
///
/// A stream is a value of a few integers. Whoever needs randomness takes a stream of their own, `rng.split()`; nobody
/// keeps a pointer to someone else's. `rng.stream(i)` is the i-th of a family: it depends on i and on the seed alone,
/// not on what was drawn before, so that work on item i gives the same result in any order and on any thread.
class MINNOW_API Rng {
 public:
  explicit Rng(std::uint64_t seed);

  /// A new independent stream; advances this one.
  Rng split();

  /// The stream numbered `index` (and `sub_index`) of this stream's family; draws nothing.
  Rng stream(std::uint64_t index, std::uint64_t sub_index = 0) const;

  /// 64 uniformly random bits.
  std::uint64_t bits();

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();

  /// Uniform in [low, high); `low` when the two are equal.
  double uniform(double low, double high);

  /// Normal with mean 0 and standard deviation 1 (Marsaglia's polar method).
  double normal();

  /// Uniform whole number in [0, bound), without bias. Throws ValueError when bound is 0.
  std::uint64_t below(std::uint64_t bound);

  /// True with the given probability.
  bool chance(double probability) { return uniform() < probability; }

  /// Puts the items into a uniformly random order (Fisher-Yates).
  void shuffle(std::span<std::size_t> items);

  /// Visits the seed and the position in the stream.
  void visit_state(StateVisitor& visitor);

 private:
  std::uint32_t word();
  void compute_block(std::uint64_t block);

  std::uint64_t key_;
  std::uint64_t block_ = 0;               // blocks of four words handed out so far
  std::array<std::uint32_t, 4> words_{};  // the current block
  unsigned used_ = 4;                     // words of it already taken
};

}  // namespace minnow::inline MINNOW_PRECISION
