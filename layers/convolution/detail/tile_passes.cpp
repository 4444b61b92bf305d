#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/layers/convolution/detail/padded_tiles.hpp>
#include <minnow/layers/convolution/detail/tile_kernels.hpp>
#include <minnow/layers/convolution/detail/tile_passes.hpp>
#include <minnow/layers/detail/sum_kernel.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::filter_block;

constexpr std::size_t light_products = 1 << 21;  // below this, a second thread costs more than it saves

/// Calls body(first channel, channels, elements of the packed filters before the block) for each block of a group.
template <class Body>
void for_each_filter_block(std::size_t channels, std::size_t taps, const Body& body) {
  for (std::size_t first = 0; first < channels; first += filter_block)
    body(first, std::min(filter_block, channels - first), first * taps);
}

void pack_filters(const ConvolutionGeometry& g, const Filters& filters, Real* packed) {
  const std::size_t taps = g.taps();
  for_each_filter_block(g.out_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t) {
    for (std::size_t group = 0; group < g.groups; ++group) {
      const std::size_t first = group * g.out_each() + block;
      Real* to = packed + first * taps;
      for (std::size_t r = 0; r < rows; ++r) {
        const Real* from = filters.weight + (first + r) * taps;
        const Real scale = filters.scale != nullptr ? filters.scale[first + r] : Real{1};
        for (std::size_t k = 0; k < taps; ++k) to[k * rows + r] = scale * from[k];
      }
    }
  });
}

/// Packs the filters for one phase of dx: rows are input channels, and sums run over (output channel, element).
void pack_phase(const ConvolutionGeometry& g, const Real* weight, ConvolutionWorkspace::Phase& phase) {
  const std::size_t taps = phase.distances.size(), elements = phase.taps.size();
  phase.filters.resize(g.in * taps);
  for_each_filter_block(g.in_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t) {
    for (std::size_t group = 0; group < g.groups; ++group) {
      Real* to = phase.filters.data() + (group * g.in_each() + block) * taps;
      for (std::size_t out = 0; out < g.out_each(); ++out)
        for (std::size_t r = 0; r < rows; ++r) {
          const Real* from = weight + ((group * g.out_each() + out) * g.in_each() + block + r) * g.filter_size();
          for (std::size_t e = 0; e < elements; ++e) to[(out * elements + e) * rows + r] = from[phase.taps[e]];
        }
    }
  });
}

/// Returns the number of positions that are computed in place for all filters, while the cache keeps their inputs.
std::size_t in_place_part(std::size_t channels) {
  return std::clamp<std::size_t>(23040 / channels / 48 * 48, 240, 960);
}

/// Computes dx of some images from the padded gradient.
void compute_dx(const ConvolutionWorkspace& workspace, const Real* padded_gradient, Real* sums, TileImages images,
                Real* dx) {
  const ConvolutionGeometry& g = workspace.geometry;
  const std::size_t n = images.count * g.padded_image();
  for (std::size_t index = 0; index < workspace.phases.size(); ++index) {
    const ConvolutionWorkspace::Phase& phase = workspace.phases[index];
    const std::size_t taps = phase.distances.size();
    for (std::size_t group = 0; group < g.groups; ++group) {
      const std::size_t first = group * g.in_each();
      const Real* gradient = padded_gradient - workspace.lead + group * g.out_each() * workspace.gradient_channel;
      const Real* filters = phase.filters.data() + first * taps;
      if (workspace.in_place) {
        Real* to = dx + (images.first * g.in + first) * g.in_image();
        const std::size_t part = in_place_part(g.out_each());
        for (std::size_t p = 0; p < n; p += part)
          for_each_filter_block(g.in_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t before) {
            kernels::correlate(filters + before, rows, gradient + p, phase.distances.data(), taps,
                               std::min(part, n - p), nullptr, to + block * n + p, n);
          });
        continue;
      }
      for_each_filter_block(g.in_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t before) {
        kernels::correlate(filters + before, rows, gradient, phase.distances.data(), taps, n, nullptr, sums,
                           workspace.sums_row);
        for (std::size_t r = 0; r < rows; ++r)
          write_dx(g, sums + r * workspace.sums_row, index, first + block + r, images, dx);
      });
    }
  }
}

/// Adds the gradients over a padded tile to `sums`.
void add_filter_gradients(const ConvolutionWorkspace& workspace, const Real* padded_images, const Real* padded_gradient,
                          const TrainedParameters& trained, TileImages images, Real* filter_workspace,
                          ConvolutionWorkspace::Partial& sums) {
  const ConvolutionGeometry& g = workspace.geometry;
  const std::size_t taps = g.taps(), n = g.results(images.count);
  if (trained.weight != nullptr)
    for (std::size_t group = 0; group < g.groups; ++group)
      for_each_filter_block(g.out_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t) {
        const std::size_t first = group * g.out_each() + block;
        kernels::correlate_filters(padded_images + group * g.in_each() * workspace.image_channel,
                                   workspace.distances.data(), taps,
                                   padded_gradient + first * workspace.gradient_channel, workspace.gradient_channel,
                                   rows, n, sums.filters.data() + first * taps, filter_workspace);
      });
  if (trained.bias != nullptr)
    for (std::size_t channel = 0; channel < g.out; ++channel)
      sums.bias[channel] += kernels::sum(padded_gradient + channel * workspace.gradient_channel, n);
}

/// Computes gradient = beta gradient + the partial sums, in a fixed order.
void collect(const ConvolutionWorkspace& workspace, std::size_t parts, const TrainedParameters& trained) {
  const ConvolutionGeometry& g = workspace.geometry;
  const std::size_t taps = g.taps();
  const auto sum_of_filters = [&](std::size_t at) {
    Real sum = 0;
    for (std::size_t part = 0; part < parts; ++part) sum += workspace.partial[part].filters[at];
    return sum;
  };
  const auto sum_of_biases = [&](std::size_t channel) {
    double sum = 0;
    for (std::size_t part = 0; part < parts; ++part) sum += workspace.partial[part].bias[channel];
    return static_cast<Real>(sum);
  };
  const GradientOf weight(trained.weight), bias(trained.bias);
  parallel_for(g.out, light_grain / (taps * parts) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t channel = begin; channel < end; ++channel) {
      if (bias.data != nullptr) {
        const Real sum = sum_of_biases(channel);
        Real& to = bias.data[channel];
        to = bias.beta == 0 ? sum : bias.beta * to + sum;
      }
      if (weight.data == nullptr) continue;
      const std::size_t in_group = channel % g.out_each(), block = in_group / filter_block * filter_block;
      const std::size_t rows = std::min(filter_block, g.out_each() - block);
      const std::size_t from = (channel - in_group + block) * taps + in_group - block;
      Real* to = weight.data + channel * taps;
      for (std::size_t k = 0; k < taps; ++k) {
        const Real sum = sum_of_filters(from + k * rows);
        to[k] = weight.beta == 0 ? sum : weight.beta * to[k] + sum;
      }
    }
  });
}

/// Returns true if the work is too small for several threads.
bool is_light(const ConvolutionWorkspace& workspace) {
  const ConvolutionGeometry& g = workspace.geometry;
  return g.out * g.taps() * g.out_image() * workspace.batch < light_products;
}

/// What one item of a forward pass computes: filter blocks [first, last) of all groups, for one tile.
struct ForwardItem {
  TileImages images;
  std::size_t first, last;
};

std::size_t filter_blocks(const ConvolutionGeometry& g) { return g.groups * (divide_up(g.out_each(), filter_block)); }

void compute_item(const ConvolutionWorkspace& workspace, ConvolutionWorkspace::PaddedTiles& tiles, const Real* bias,
                  const Real* x, const ForwardItem& item, const ConvolutionEpilogue& epilogue) {
  const ConvolutionGeometry& g = workspace.geometry;
  const TileImages images = item.images;
  const Real* padded = padded_images(workspace, x, images, tiles);
  const auto [tensor, relu] = epilogue.results_tensor();
  Real* y = workspace.in_place ? tensor : nullptr;
  const std::size_t n = g.results(images.count), part = y != nullptr ? in_place_part(g.in_each()) : n;
  const std::size_t blocks = filter_blocks(g) / g.groups;
  for (std::size_t p = 0; p < n; p += part)
    for (std::size_t index = item.first; index < item.last; ++index) {
      const std::size_t group = index / blocks, block = index % blocks * filter_block;
      const std::size_t channel = group * g.out_each() + block, rows = std::min(filter_block, g.out_each() - block);
      Real* sums = y != nullptr ? y + (images.first * g.out + channel) * g.out_image() + p : tiles.sums.data();
      kernels::correlate(workspace.filters.data() + channel * g.taps(), rows,
                         padded + group * g.in_each() * workspace.image_channel + p, workspace.distances.data(),
                         g.taps(), std::min(part, n - p), bias != nullptr ? bias + channel : nullptr, sums,
                         y != nullptr ? g.out_image() : workspace.sums_row, y != nullptr && relu);
      for (std::size_t r = 0; y == nullptr && r < rows; ++r)
        epilogue.store_results({channel + r, images.first, images.count, 0, g.rows.out()},
                               {sums + r * workspace.sums_row, g.columns.pitch(), g.padded_image()});
    }
}

}  // namespace

void tile_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                  const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace) {
  workspace.prepare(geometry, batch, false);
  if (!workspace.packed.contains(geometry, filters, 0)) {
    pack_filters(geometry, filters, workspace.filters.data());
    workspace.packed.set(geometry, filters, 0);
  }
  const std::size_t blocks = filter_blocks(geometry), threads = static_cast<std::size_t>(num_threads());
  // A few tiles are also divided by filters, and each part reads the tile again.
  const bool light = is_light(workspace), few = !light && workspace.tiles < threads;
  const std::size_t parts = few ? std::min(blocks, divide_up(threads, workspace.tiles)) : 1;
  parallel_for(workspace.tiles * parts, light ? workspace.tiles : 1, [&](std::size_t begin, std::size_t end) {
    ConvolutionWorkspace::ThreadTiles tiles(workspace);
    for (std::size_t item = begin; item < end; ++item) {
      const std::size_t part = item % parts;
      compute_item(workspace, *tiles, filters.bias, x,
                   {images_of(workspace, item / parts), part * blocks / parts, (part + 1) * blocks / parts}, epilogue);
    }
  });
}

void tile_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                   const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace) {
  const ConvolutionGeometry& geometry = parts.geometry;
  const TrainedParameters trained = parts.trained();
  workspace.prepare(geometry, batch, true);
  const std::size_t shares = workspace.partial.size(), tiles = workspace.tiles;
  for (ConvolutionWorkspace::Partial& sums : workspace.partial) {
    sums.filters.assign(geometry.out * geometry.taps(), Real{0});
    sums.bias.assign(geometry.out, 0);
  }
  if (dx != nullptr)
    for (ConvolutionWorkspace::Phase& phase : workspace.phases)
      pack_phase(geometry, std::as_const(parts.weight->value).data(), phase);
  // Each partial sum is over a fixed share of the tiles, so that the result's bits do not depend on the threads'
  // timing.
  parallel_for(shares, is_light(workspace) ? shares : 1, [&](std::size_t begin, std::size_t end) {
    ConvolutionWorkspace::ThreadTiles own(workspace);
    for (std::size_t share = begin; share < end; ++share)
      for (std::size_t tile = share * tiles / shares; tile < (share + 1) * tiles / shares; ++tile) {
        const TileImages images = images_of(workspace, tile);
        const Real* gradient = padded_gradient(workspace, epilogue, images, *own);
        if (dx != nullptr) compute_dx(workspace, gradient, own->sums.data(), images, dx);
        const Real* padded = trained.weight != nullptr ? padded_images(workspace, x, images, *own) : nullptr;
        add_filter_gradients(workspace, padded, gradient, trained, images, own->filters.data(),
                             workspace.partial[share]);
      }
  });
  collect(workspace, shares, trained);
}

}  // namespace minnow::inline MINNOW_PRECISION
