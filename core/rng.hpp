#pragma once

#include <minnow/core/precision.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

class StateVisitor;

/// A stream of random numbers, the same on every platform: Philox4x32-10 (Salmon, Moraes, Dror and Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", 2011) with Minnow's own conversions.
///
/// A stream is a value of a few integers. A function that draws a few numbers receives an `Rng&`. A function or class
/// that needs a stream of its own receives it by value, `rng.split()`. `rng.stream(i)` returns stream i of a family.
/// That stream depends only on i and the seed, not on earlier draws, so work on item i gives the same result in any
/// order and on any thread.
class MINNOW_API Rng {
 public:
  explicit Rng(std::uint64_t seed);

  /// A copy draws the same values as the original, so a copy is always written out: `Rng copy(rng)`. A named Rng cannot
  /// be passed by value or stored in an option; pass `rng.split()`.
  explicit Rng(const Rng&) = default;
  Rng(Rng&&) = default;
  Rng& operator=(const Rng&) = default;
  Rng& operator=(Rng&&) = default;

  /// Returns a new independent stream and advances this one.
  Rng split();

  /// Returns stream `index` (and `sub_index`) of this stream's family. Draws nothing.
  Rng stream(std::uint64_t index, std::uint64_t sub_index = 0) const;

  /// Returns 64 uniformly random bits.
  std::uint64_t bits();

  /// Returns a uniform value in [0, 1), a multiple of 2^-53.
  double uniform();

  /// Returns a uniform value in [low, high), or `low` if the two are equal.
  double uniform(double low, double high);

  /// Returns a normal value with mean 0 and standard deviation 1 (Marsaglia's polar method).
  double normal();

  /// Returns a uniform integer in [0, bound), without bias. Throws ValueError if bound is 0.
  std::uint64_t below(std::uint64_t bound);

  /// Returns true with the given probability.
  bool chance(double probability) { return uniform() < probability; }

  /// Permutes the items uniformly at random (Fisher-Yates).
  void shuffle(std::span<std::size_t> items);

  /// Visits the seed and the position in the stream. Throws ValueError if the visitor writes an invalid position.
  void visit_state(StateVisitor& visitor);

 private:
  std::uint32_t word();
  void compute_block(std::uint64_t block);

  std::uint64_t key_;
  std::uint64_t block_ = 0;               // number of blocks of four words generated so far
  std::array<std::uint32_t, 4> words_{};  // the current block
  unsigned used_ = 4;                     // number of words of the block already used
};

}  // namespace minnow::inline MINNOW_PRECISION
