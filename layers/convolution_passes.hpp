#pragma once

#include <minnow/core/parameter.hpp>
#include <minnow/layers/convolution_geometry.hpp>
#include <minnow/layers/convolution_kernels.hpp>
#include <minnow/layers/picture_kernels.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Some pictures of one channel.
struct ChannelPictures {
  std::size_t channel, first, count;
};

/// What comes after a convolution, picture by picture, while its results are in the cache.
class ConvolutionEnd {
 public:
  virtual ~ConvolutionEnd() = default;

  /// Takes the results, rows.out() by columns.out(), for the pictures named.
  virtual void finish(ChannelPictures at, kernels::Rows<const Real> results) const = 0;

  /// Writes dL/d(results) of the pictures named, all of it.
  virtual void start(ChannelPictures at, kernels::Rows<Real> gradient) const = 0;
};

/// The numbers of a convolution. Scale and bias are per output channel and may be null.
struct Filters {
  const Real* weight;  // (out, in / groups, kernel, kernel)
  const Real* scale;   // of the weights
  const Real* bias;
};

/// Where the gradients of a convolution's parameters go; null for one that is not trained.
struct FilterGradients {
  Parameter* weight;
  Parameter* bias;
};

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

   private:
    Sheets* sheets_;
  };

 private:
  std::vector<std::unique_ptr<Sheets>> rooms_;  // one a thread
  bool backward_ = false;
};

/// Correlates x, (N, in, H, W), with the filters and hands the results to `end`.
void convolution_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x,
                         std::size_t pictures, const ConvolutionEnd& end, ConvolutionRoom& room);

/// Takes dL/d(results) from `end`, adds to the gradients, and writes dL/dx unless dx is null.
void convolution_backward(const ConvolutionGeometry& geometry, const Real* weight, const FilterGradients& gradients,
                          const Real* x, Real* dx, std::size_t pictures, const ConvolutionEnd& end,
                          ConvolutionRoom& room);

}  // namespace minnow::inline MINNOW_PRECISION
