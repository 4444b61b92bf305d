#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/animals/detail/animal_figure.hpp>
#include <minnow/datasets/animals/detail/canvas.hpp>

/// \file
/// What an animal wears.

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// The colours and markings of one animal. All kinds share the colours; markings are what tells a cheetah.
class Coat {
 public:
  Coat(Animal animal, Rng& rng);

  /// The colour of a zone at a point of the figure whose surface leans by `normal` (of the picture, y down). Markings
  /// finer than `detail` are softened to it.
  Colour operator()(Zone zone, Vec point, Vec normal, double detail) const;

  /// The brightness that most of it has.
  double brightness() const { return luma(base_); }

 private:
  enum class Marking { none, patches, saddle, stripes, spots };

  Colour fur(Vec point, double detail) const;
  double spots(Vec point, double detail) const;

  Marking marking_ = Marking::none;
  Colour base_, mark_, mane_, eye_;
  double belly_;  // how much lighter it is underneath
  double threshold_ = 0;
  Texture texture_;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
