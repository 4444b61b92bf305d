#include <minnow/datasets/animals/detail/texture.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

Texture::Texture(Rng& rng) {
  for (float& knot : knots_) knot = static_cast<float>(rng.uniform());
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
