#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/layers/convolution/detail/convolution_geometry.hpp>
#include <minnow/layers/convolution/detail/depthwise_workspace.hpp>
#include <minnow/layers/convolution/detail/packed_filters.hpp>
#include <minnow/layers/convolution/detail/tile_kernels.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The buffers of the passes, laid out for one geometry and batch size. A context stores them, so that they are
/// allocated once.
class ConvolutionWorkspace {
 public:
  using Buffer = std::vector<Real, AlignedAllocator<Real>>;

  /// The padded tiles of one thread.
  struct PaddedTiles {
    Buffer images;    // (in, phases, tile_images, rows.pitch, columns.pitch), channels `image_channel` apart
    Buffer gradient;  // (out, tile_images, rows.pitch, columns.pitch) after `lead` zeros, `gradient_channel` apart
    Buffer sums;      // (filter_block, tile_images, rows.pitch, columns.pitch), rows `sums_row` apart
    Buffer filters;   // filter_workspace
    std::atomic<bool> in_use{false};
  };

  /// One phase of dx, and the filter elements that read the phase.
  struct Phase {
    std::vector<std::size_t> distances, taps;  // (out / groups, elements); tap: index in a filter's channel
    Buffer filters;
  };

  void prepare(const ConvolutionGeometry& geometry, std::size_t batch, bool backward);

  ConvolutionGeometry geometry{};
  std::size_t batch = 0, tile_images = 0;  // images of the batch, and of a tile
  std::size_t tiles = 0;                   // for the whole batch
  bool in_place = false;                   // kernels read and write images where they are
  std::size_t plane = 0, image_channel = 0, gradient_channel = 0, lead = 0, sums_row = 0;
  std::vector<std::size_t> distances;  // of the filter elements
  Buffer filters;                      // packed, see kernels::filter_block
  std::vector<Phase> phases;           // of dx

  /// The gradients summed over some of the tiles.
  struct Partial {
    Buffer filters;  // packed
    std::vector<double> bias;
  };
  std::vector<Partial> partial;

  DepthwiseWorkspace depthwise;
  PackedFilters packed;

  /// Reserves the padded tiles of one thread for its own lifetime.
  class ThreadTiles {
   public:
    explicit ThreadTiles(ConvolutionWorkspace& workspace);
    ~ThreadTiles() { tiles_->in_use.store(false, std::memory_order_release); }
    ThreadTiles(const ThreadTiles&) = delete;
    ThreadTiles& operator=(const ThreadTiles&) = delete;
    PaddedTiles* operator->() const { return tiles_; }
    PaddedTiles& operator*() const { return *tiles_; }

   private:
    PaddedTiles* tiles_;
  };

 private:
  void lay_out_phases();

  std::vector<std::unique_ptr<PaddedTiles>> thread_tiles_;  // one per thread
  bool ready_ = false, backward_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
