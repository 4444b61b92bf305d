#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/layers/convolution/detail/convolution_geometry.hpp>
#include <minnow/layers/convolution/detail/convolution_kernels.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// What the passes work in, laid out for one geometry and batch; lives in a context, so that it is made once.
class ConvolutionRoom {
 public:
  using Buffer = std::vector<Real, AlignedAllocator<Real>>;

  /// Padded copies of a few pictures at a time, for one thread.
  struct Sheets {
    Buffer pictures;  // (in, phases, images, rows.pitch, columns.pitch), `picture_channel` a channel
    Buffer gradient;  // (out, images, rows.pitch, columns.pitch), `gradient_channel` a channel, after `lead` zeros
    Buffer sums;      // (filter_block, images, rows.pitch, columns.pitch)
    Buffer filters;   // filter_room
    std::atomic<bool> taken{false};
  };

  /// One phase of dx: the filter elements that read it.
  struct Phase {
    std::vector<std::size_t> distances, taps;  // (out / groups, elements); tap: its place in a filter's channel
    Buffer filters;
  };

  void prepare(const ConvolutionGeometry& geometry, std::size_t pictures, bool backward);

  ConvolutionGeometry geometry{};
  std::size_t pictures = 0, images = 0;  // in the batch, in a sheet
  std::size_t sheets = 0;                // it takes
  std::size_t plane = 0, picture_channel = 0, gradient_channel = 0, lead = 0, sums_row = 0;
  std::vector<std::size_t> distances;  // of a filter's elements
  Buffer filters;                      // packed, see kernels::filter_block
  std::vector<Phase> phases;           // for dx

  /// Gradients summed up over some of the sheets.
  struct Partial {
    Buffer filters;  // packed
    std::vector<double> bias;
  };
  std::vector<Partial> partial;

  /// A thread's own sheets for as long as it lives.
  class Lease {
   public:
    explicit Lease(ConvolutionRoom& room);
    ~Lease() { sheets_->taken.store(false, std::memory_order_release); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Sheets* operator->() const { return sheets_; }
    Sheets& operator*() const { return *sheets_; }

   private:
    Sheets* sheets_;
  };

 private:
  void lay_out_phases();

  std::vector<std::unique_ptr<Sheets>> rooms_;  // one a thread
  bool backward_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
