#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/detail/canvas.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// Parts of an animal that differ in colour.
enum class Zone { coat, far_side, tail, mane, ear, inner_ear, muzzle, hoof, dark, eye, glint };

/// The shape of an animal: limbs in painting order, without colour, position or scale. The animal faces +x and stands
/// on y = 0, with y up. The distance from hip to shoulder is 1.
class Figure {
 public:
  /// Limbs that are painted together, with one colour function.
  struct Part {
    Zone zone;
    double softness;
    std::size_t first, count;
  };

  /// Starts the next part, in front of the previous parts.
  void part(Zone zone, double softness = 0);
  void limb(Vec a, Vec b, double radius_a, double radius_b);
  void disc(Vec centre, double radius) { limb(centre, centre, radius, radius); }

  const std::vector<Part>& parts() const { return parts_; }
  std::span<const Limb> limbs(const Part& part) const { return {limbs_.data() + part.first, part.count}; }

  Vec low() const { return low_; }    ///< lower left corner of the bounding box
  Vec high() const { return high_; }  ///< upper right corner of the bounding box

 private:
  std::vector<Part> parts_;
  std::vector<Limb> limbs_;
  Vec low_{1e9, 1e9}, high_{-1e9, -1e9};
};

/// Returns the figure of an animal in a random pose.
Figure pose_animal(Animal animal, Rng& rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
