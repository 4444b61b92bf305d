#pragma once

/// \file
/// Random image transforms that preserve the class. They expect images (C, H, W) with values in [0, 1], before any
/// normalisation: ColourJitter clamps to that range, and `fill` is a colour in it.

#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>

#include <functional>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Modifies one sample of the given shape in place, with random numbers from `rng`. Any function with this signature
/// is a transform. Each worker thread of a loader has its own copy, so a transform may reuse buffers between calls.
using Transform = std::function<void(std::span<Real> sample, const Shape& shape, Rng& rng)>;

}  // namespace minnow::inline MINNOW_PRECISION

namespace minnow::inline MINNOW_PRECISION::augment {

/// Values outside the image: `fill`, or the image reflected about its outermost pixels (2 1 | 0 1 2).
struct Edge {
  bool reflect = false;
  double fill = 0;
};

/// Mirrors the image horizontally with the given probability.
class MINNOW_API Flip {
 public:
  /// Throws ValueError if probability is outside [0, 1].
  explicit Flip(double probability = 0.5);
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const;

 private:
  double probability_;
};

/// Pads the image on all sides and crops it at random to its own size, as torchvision's RandomCrop(size, padding). All
/// shifts by -padding to padding pixels along each axis are equally likely.
class MINNOW_API ShiftedCrop {
 public:
  /// Throws ValueError if padding exceeds 65536 or edge.fill is not finite.
  explicit ShiftedCrop(std::size_t padding, Edge edge = {});
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng);

 private:
  std::size_t padding_;
  Edge edge_;
  std::vector<Real> plane_;  // (H, W), before the shift
};

/// Rotates the image about its centre by an angle uniform in [-degrees, degrees], with bilinear interpolation.
class MINNOW_API Rotation {
 public:
  /// Throws ValueError if degrees is outside [0, 180] or edge.fill is not finite.
  explicit Rotation(double degrees, Edge edge = {});
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng);

 private:
  double degrees_;
  Edge edge_;
  std::vector<Real> image_;  // (C, H, W), before the rotation
};

/// Largest distance of each factor from 1; 0 disables the change.
struct ColourJitterOptions {
  double brightness = 0, contrast = 0, saturation = 0;
};

/// Changes brightness, contrast and saturation in random order, as torchvision's ColorJitter. Each change computes
///   v = clamp(f v + (1 - f) other, 0, 1),   f uniform in [max(0, 1 - option), 1 + option].
/// `other` is 0 for brightness, the mean grey of the image for contrast, and the pixel's own grey for saturation. Grey
/// is 0.299 R + 0.587 G + 0.114 B. The saturation of images with one channel does not change.
class MINNOW_API ColourJitter {
 public:
  /// Throws ValueError if an option is negative or not finite.
  explicit ColourJitter(const ColourJitterOptions& options);
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const;

 private:
  ColourJitterOptions options_;
};

struct CutoutOptions {
  double probability = 1;
  double fill = 0;
};

/// Sets a square of size x size pixels to `fill` (DeVries and Taylor, 2017). Its centre is uniform over the pixels; the
/// square is clipped at the image's edges.
class MINNOW_API Cutout {
 public:
  /// Throws ValueError if size is 0 or exceeds 65536, probability is outside [0, 1], or fill is not finite.
  explicit Cutout(std::size_t size, const CutoutOptions& options = {});
  void operator()(std::span<Real> sample, const Shape& shape, Rng& rng) const;

 private:
  std::size_t size_;
  CutoutOptions options_;
};

}  // namespace minnow::inline MINNOW_PRECISION::augment
