#pragma once

/// \file
/// Random changes that leave a picture's class as it is. They are meant for pictures (C, H, W) in [0, 1], before any
/// normalisation: colours are blended and cut off there as they are in a photograph.

#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>

#include <functional>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Changes one sample of the given shape in place, by what it draws from `rng`. Any function will do; the ones below
/// are values too. Each thread of a loader has its own copies, so one may keep memory from call to call.
using Transform = std::function<void(std::span<Real> sample, const Shape& shape, Rng& rng)>;

}  // namespace minnow::inline MINNOW_PRECISION

namespace minnow::inline MINNOW_PRECISION::augment {

/// What is seen beyond a picture's edges: `fill`, or the picture mirrored at its outermost pixels (2 1 | 0 1 2).
struct Edge {
  bool reflect = false;
  double fill = 0;
};

/// Mirrors left and right.
class MINNOW_API Flip {
 public:
  /// Throws ValueError unless probability is in [0, 1].
  explicit Flip(double probability = 0.5);
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const;

 private:
  double probability_;
};

/// Moves the picture by up to `padding` pixels in either direction, each shift as likely as any other: the picture
/// padded on all sides, and a part of its own size cut out, as torchvision's RandomCrop(size, padding).
class MINNOW_API ShiftedCrop {
 public:
  /// Throws ValueError unless padding is at most 65536 and edge.fill finite.
  explicit ShiftedCrop(std::size_t padding, Edge edge = {});
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng);

 private:
  std::size_t padding_;
  Edge edge_;
  std::vector<Real> plane_;  // (H, W), before the shift
};

/// Turns the picture about its centre by an angle uniform in [-degrees, degrees], bilinearly.
class MINNOW_API Rotation {
 public:
  /// Throws ValueError unless degrees is in [0, 180] and edge.fill is finite.
  explicit Rotation(double degrees, Edge edge = {});
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng);

 private:
  double degrees_;
  Edge edge_;
  std::vector<Real> picture_;  // (C, H, W), before the turn
};

/// How far each factor may be from 1; 0 leaves it out.
struct ColourJitterOptions {
  double brightness = 0, contrast = 0, saturation = 0;
};

/// Blends the picture with black by a factor f, with its mean grey, and each pixel with its own grey, in a random
/// order: v becomes f v + (1 - f) other, cut off at 0 and 1, f uniform in [max(0, 1 - option), 1 + option], as
/// torchvision's ColorJitter. Grey is 0.299 R + 0.587 G + 0.114 B; pictures of one channel are grey already.
class MINNOW_API ColourJitter {
 public:
  /// Throws ValueError unless every option is finite and not negative.
  explicit ColourJitter(const ColourJitterOptions& options);
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const;

 private:
  ColourJitterOptions options_;
};

struct CutoutOptions {
  double probability = 1;
  double fill = 0;
};

/// Hides a square of size x size pixels (DeVries and Taylor, 2017): its centre is any pixel, what lies outside is lost.
class MINNOW_API Cutout {
 public:
  /// Throws ValueError for a size of 0 or above 65536, a probability outside [0, 1] or a fill that is not finite.
  explicit Cutout(std::size_t size, const CutoutOptions& options = {});
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const;

 private:
  std::size_t size_;
  CutoutOptions options_;
};

}  // namespace minnow::inline MINNOW_PRECISION::augment
