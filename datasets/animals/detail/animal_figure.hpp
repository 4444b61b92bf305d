#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/detail/canvas.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>

#include <cstddef>
#include <span>
#include <vector>

/// \file
/// The animals as figures: limbs in painting order, without colour, place or scale.

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// What a part of an animal is, from which its colour follows.
enum class Zone { coat, far_side, tail, mane, ear, inner_ear, muzzle, hoof, dark, eye, glint };

/// An animal that faces +x and stands on y = 0, y up. From hip to shoulder is 1.
class Figure {
 public:
  /// Limbs painted together, in one colouring.
  struct Part {
    Zone zone;
    double softness;
    std::size_t first, count;
  };

  /// Starts the next part, in front of those before.
  void part(Zone zone, double softness = 0);
  void limb(Vec a, Vec b, double radius_a, double radius_b);
  void disc(Vec centre, double radius) { limb(centre, centre, radius, radius); }

  const std::vector<Part>& parts() const { return parts_; }
  std::span<const Limb> limbs(const Part& part) const { return {limbs_.data() + part.first, part.count}; }

  Vec low() const { return low_; }    ///< the lower left corner of the box around it
  Vec high() const { return high_; }  ///< the upper right corner

 private:
  std::vector<Part> parts_;
  std::vector<Limb> limbs_;
  Vec low_{1e9, 1e9}, high_{-1e9, -1e9};
};

/// The animal in a random pose.
Figure pose_animal(Animal animal, Rng& rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
