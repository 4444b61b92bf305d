#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/convolution/detail/convolution_workspace.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::filter_block;
using kernels::vector_slack;

constexpr std::size_t tile_elements = 1 << 16;  // a few tiles fit the L2 cache
constexpr std::size_t min_tiles = 4;            // of a batch, for several threads; larger tiles are faster
constexpr std::size_t max_shares = 8;           // partial sums of the filters' gradients, for any number of threads

/// Returns an odd multiple of a cache line, at least n, so that rows do not compete for the same cache sets.
std::size_t row_stride(std::size_t n) {
  const std::size_t lines = (n + 15) / 16;
  return 16 * (lines | 1);
}

}  // namespace

void ConvolutionWorkspace::prepare(const ConvolutionGeometry& next, std::size_t n, bool backward) {
  const auto threads = static_cast<std::size_t>(num_threads());
  if (ready_ && geometry == next && batch == n && thread_tiles_.size() == threads && backward_ >= backward) return;
  ready_ = false;  // until nothing can throw
  packed.clear();  // it describes `filters`
  const ConvolutionGeometry& g = geometry = next;
  batch = n;
  backward_ = backward;
  const std::size_t channels = std::max(g.in * g.phases(), g.out);
  const std::size_t share = std::max<std::size_t>(1, divide_up(n, min_tiles));
  in_place = g.in_place();
  tile_images = in_place ? 1 : std::clamp<std::size_t>(tile_elements / (channels * g.padded_image()), 1, share);
  tiles = divide_up(n, tile_images);
  plane = tile_images * g.padded_image();
  const std::size_t phase_row = in_place ? plane : row_stride(plane + g.furthest() + vector_slack);
  image_channel = g.phases() * phase_row;
  lead = (g.furthest() + 15) / 16 * 16;
  gradient_channel = in_place ? plane : row_stride(lead + plane + vector_slack);
  sums_row = row_stride(plane + vector_slack);
  distances.clear();
  for (std::size_t channel = 0; channel < g.in_each(); ++channel)
    for (std::size_t i = 0; i < g.rows.kernel; ++i)
      for (std::size_t j = 0; j < g.columns.kernel; ++j)
        distances.push_back(channel * image_channel + g.phase(i, j) * phase_row + g.distance(i, j));
  filters.resize(g.out * g.taps());
  thread_tiles_.resize(threads);
  for (auto& own : thread_tiles_) {
    if (!own) own = std::make_unique<PaddedTiles>();
    if (!in_place) own->images.assign(g.in * image_channel, Real{0});
    own->sums.resize(filter_block * sums_row);
    if (!backward) continue;
    own->gradient.assign(g.out * gradient_channel, Real{0});
    own->filters.resize(kernels::filter_workspace);
  }
  if (backward) {
    partial.resize(std::clamp<std::size_t>(tiles, 1, max_shares));
    lay_out_phases();
  }
  ready_ = true;
}

/// Computes the positions in the padded gradient that each phase of dx reads.
void ConvolutionWorkspace::lay_out_phases() {
  const ConvolutionGeometry& g = geometry;
  phases.resize(g.phases());
  for (std::size_t index = 0; index < phases.size(); ++index) {
    Phase& phase = phases[index];
    phase.distances.clear();
    phase.taps.clear();
    for (std::size_t out = 0; out < g.out_each(); ++out)
      for (std::size_t i = 0; i < g.rows.kernel; ++i)
        for (std::size_t j = 0; j < g.columns.kernel; ++j) {
          if (g.phase(i, j) != index) continue;
          phase.distances.push_back(out * gradient_channel + lead - g.distance(i, j));
          if (out == 0) phase.taps.push_back(i * g.columns.kernel + j);
        }
  }
}

ConvolutionWorkspace::ThreadTiles::ThreadTiles(ConvolutionWorkspace& workspace) {
  for (std::size_t i = 0;; i = (i + 1) % workspace.thread_tiles_.size()) {
    tiles_ = workspace.thread_tiles_[i].get();
    if (!tiles_->in_use.exchange(true, std::memory_order_acquire)) return;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
