#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/convolution/detail/convolution_workspace.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::filter_block;
using kernels::vector_slack;

constexpr std::size_t sheet_numbers = 1 << 16;  // of a sheet: a few of them fit into the second-level cache
constexpr std::size_t small_filters = 1 << 18;  // so few that several sums of gradients cost little

/// A multiple of a cache line but of no two, so that rows do not all lie in the same places of the cache.
std::size_t row_stride(std::size_t n) {
  const std::size_t lines = (n + 15) / 16;
  return 16 * (lines | 1);
}

}  // namespace

void ConvolutionRoom::prepare(const ConvolutionGeometry& wanted, std::size_t n, bool backward) {
  const auto threads = static_cast<std::size_t>(num_threads());
  if (geometry == wanted && pictures == n && rooms_.size() == threads && backward_ >= backward) return;
  const ConvolutionGeometry& g = geometry = wanted;
  pictures = n;
  backward_ = backward;
  const std::size_t channels = std::max(g.in * g.phases(), g.out);
  const std::size_t share = threads == 1 ? n : (n + 2 * threads - 1) / (2 * threads);
  images = std::clamp<std::size_t>(sheet_numbers / (channels * g.sheet_picture()), 1, std::max<std::size_t>(share, 1));
  sheets = (n + images - 1) / images;
  plane = images * g.sheet_picture();
  const std::size_t phase_row = row_stride(plane + g.furthest() + vector_slack);
  picture_channel = g.phases() * phase_row;
  lead = (g.furthest() + 15) / 16 * 16;
  gradient_channel = row_stride(lead + plane + vector_slack);
  sums_row = row_stride(plane + vector_slack);
  distances.clear();
  for (std::size_t channel = 0; channel < g.in_each(); ++channel)
    for (std::size_t i = 0; i < g.rows.kernel; ++i)
      for (std::size_t j = 0; j < g.columns.kernel; ++j)
        distances.push_back(channel * picture_channel + g.phase(i, j) * phase_row + g.distance(i, j));
  filters.resize(g.out * g.taps());
  rooms_.resize(threads);
  for (auto& room : rooms_) {
    if (!room) room = std::make_unique<Sheets>();
    room->pictures.assign(g.in * picture_channel, Real{0});
    room->sums.resize(filter_block * sums_row);
    if (!backward) continue;
    room->gradient.assign(g.out * gradient_channel, Real{0});
    room->filters.resize(kernels::filter_room);
  }
  if (!backward) return;
  const std::size_t parts = threads == 1 ? 1 : g.out * g.taps() > small_filters ? threads : 4 * threads;
  partial.resize(std::max<std::size_t>(1, std::min(parts, sheets)));
  lay_out_phases();
}

/// Where in a gradient's sheet the numbers of each phase of dx come from.
void ConvolutionRoom::lay_out_phases() {
  const ConvolutionGeometry& g = geometry;
  phases.resize(g.phases());
  for (std::size_t number = 0; number < phases.size(); ++number) {
    Phase& phase = phases[number];
    phase.distances.clear();
    phase.taps.clear();
    for (std::size_t out = 0; out < g.out_each(); ++out)
      for (std::size_t i = 0; i < g.rows.kernel; ++i)
        for (std::size_t j = 0; j < g.columns.kernel; ++j) {
          if (g.phase(i, j) != number) continue;
          phase.distances.push_back(out * gradient_channel + lead - g.distance(i, j));
          if (out == 0) phase.taps.push_back(i * g.columns.kernel + j);
        }
  }
}

ConvolutionRoom::Lease::Lease(ConvolutionRoom& room) {
  for (std::size_t i = 0;; i = (i + 1) % room.rooms_.size()) {
    sheets_ = room.rooms_[i].get();
    if (!sheets_->taken.exchange(true, std::memory_order_acquire)) return;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
