#pragma once

#include <minnow/layers/convolution/detail/pixel_blocks.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Computes the gradients of filters: sums, over tiles, of the products of inputs and output gradients. One thread
/// computes a sum, so that its bits do not depend on the number of threads.
class FilterGradients {
 public:
  FilterGradients(const ConvolutionGeometry& g, std::size_t workers);

  std::size_t sums_size() const { return g_.groups * sums_size_; }
  std::size_t memory(std::size_t images) const;

  /// Computes sums = beta sums + the sums over some images. x: (images, in, H, W), dy: (images, out, H', W').
  void add(const Real* x, const Real* dy, std::size_t images, Real beta, Real* sums, Real* memory) const;

  /// Computes gradient = beta gradient + the sums.
  void store(const Real* sums, Real beta, Real* gradient) const;

 private:
  /// The transformed tiles of a part, or the planes of x if they are read where they are.
  struct Transformed {
    Real *x, *dy;
    std::size_t first, tiles;
    ChannelPlanes planes;
  };

  std::size_t blocks_of_part(const Tiles& tiles) const;
  Transformed take_tiles(Arena& arena, std::size_t first, std::size_t n) const;
  std::size_t worker_memory(const Tiles& tiles) const;
  void transform(const Tiles& tiles, std::size_t first, std::size_t last, const ChannelPlanes& x,
                 const ChannelPlanes& dy, const Transformed& to, Real* memory) const;
  void multiply(const Transformed& from, Real beta, Real* sums) const;
  void multiply_item(const Transformed& from, std::size_t element, std::size_t row, std::size_t rows, std::size_t panel,
                     Real beta, Real* sums) const;

  const ConvolutionGeometry& g_;
  PixelGeometry group_;
  std::size_t x_stride_, dy_stride_, sums_size_, workers_;
  bool in_place_;  // products read x where it is
};

}  // namespace minnow::inline MINNOW_PRECISION
