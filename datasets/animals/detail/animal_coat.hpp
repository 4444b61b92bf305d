#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/detail/animal_figure.hpp>
#include <minnow/datasets/animals/detail/colour.hpp>
#include <minnow/datasets/animals/detail/geometry.hpp>
#include <minnow/datasets/animals/detail/texture.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// The colours and markings of one animal. All classes share the colours, except that spotted coats are not very dark;
/// only cheetahs have spots.
class Coat {
 public:
  Coat(Animal animal, Rng& rng);

  /// Returns the colour of a zone at a point of the figure. `normal` is the surface normal in image coordinates, y
  /// down. Edges of patches and spots are blurred by at least `detail`, the size of a pixel in the figure.
  Colour operator()(Zone zone, Vec point, Vec normal, double detail) const;

  /// Returns the brightness of the base colour.
  double brightness() const { return luma(base_); }

 private:
  enum class Marking { none, patches, saddle, stripes, spots };

  Colour fur(Vec point, double detail) const;
  double spots(Vec point, double detail) const;

  Marking marking_ = Marking::none;
  Colour base_, mark_, mane_, eye_;
  double belly_;  // how much lighter the lower side is, 0 to 1
  double threshold_ = 0;
  Texture texture_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
