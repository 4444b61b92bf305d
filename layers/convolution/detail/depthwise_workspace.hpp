#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/layers/convolution/detail/convolution_geometry.hpp>
#include <minnow/layers/convolution/detail/depthwise_kernels.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct TrainedParameters;

/// The layout of a band: a copy of some rows of a plane between zeros. Row r of the plane is row r + pad_top of the
/// padded plane.
struct BandLayout {
  std::size_t height, pad_top;  // of the plane
  kernels::PaddedRow row;
  std::size_t lead;  // elements before coordinate 0 of a row
  std::size_t size;  // elements of a band

  /// Copies the rows [first, first + rows) of each padded plane. Bands of whole planes keep their zeros.
  void fill(kernels::PlaneSeries<const Real> planes, std::size_t first, std::size_t rows, bool whole,
            Real* bands) const;
};

/// The buffers of the passes of a depthwise convolution, laid out for one geometry and batch size.
class DepthwiseWorkspace {
 public:
  using Buffer = std::vector<Real, AlignedAllocator<Real>>;

  /// The buffers of one thread.
  struct Buffers {
    Buffer images;    // bands of x, for `band_planes` planes
    Buffer gradient;  // bands of dL/d(results), (band_planes, out / groups)
    Buffer results;   // (out / groups, H', W') + slack: results, or their gradient
    Buffer dx;        // (H, W) + slack, or with strides (band_rows, phases of a row)
    Buffer sums;      // of the filters' gradients: (block, out / groups, sums)
    std::atomic<bool> in_use{false};
  };

  /// One phase of dx: the filter elements that contribute to it, in the order of increasing rows and columns of the
  /// gradient.
  struct Phase {
    std::vector<kernels::FilterColumn> columns;
    std::size_t rows;  // elements of a column
  };

  void prepare(const ConvolutionGeometry& geometry, std::size_t batch, bool backward);

  /// Computes gradient = beta gradient + the sums of the shares, in order.
  void collect(const TrainedParameters& trained) const;

  /// Elements from one row of phases to the next in Buffers::dx, and from one phase to the next.
  kernels::PaddedRow dx_row() const;

  ConvolutionGeometry geometry{};
  std::size_t batch = 0;
  std::size_t band_rows = 0, band_planes = 0;  // rows of results in a band; bands that are filled at once
  BandLayout images{}, gradient{};
  std::optional<kernels::SquareFilter> square;  // if set, bands are whole planes, which are not copied
  std::vector<kernels::FilterColumn> filter_columns;
  std::size_t results = 0;                    // elements from one plane of Buffers::results to the next
  std::vector<Phase> phases;                  // of dx
  std::size_t first_column = 0, columns = 0;  // of dx in the coordinates of a phase

  /// The gradients of the parameters are summed over blocks of channels, in shares of the batch.
  std::size_t block = 0, shares = 0;
  std::size_t sums = 0;         // elements of Buffers::sums for one filter
  std::vector<double> partial;  // (shares, out, filter_size + 1); the last element belongs to the bias

  /// Reserves the buffers of one thread for its own lifetime.
  class ThreadBuffers {
   public:
    explicit ThreadBuffers(DepthwiseWorkspace& workspace);
    ~ThreadBuffers() { buffers_->in_use.store(false, std::memory_order_release); }
    ThreadBuffers(const ThreadBuffers&) = delete;
    ThreadBuffers& operator=(const ThreadBuffers&) = delete;
    Buffers& operator*() const { return *buffers_; }

   private:
    Buffers* buffers_;
  };

 private:
  bool lay_out_squares();
  void lay_out_bands();
  void lay_out_phases();

  std::vector<std::unique_ptr<Buffers>> buffers_;  // one per thread
  bool backward_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
