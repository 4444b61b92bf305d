#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/convolution/detail/convolution_passes.hpp>
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

struct TileImages {
  std::size_t first, count;
};

TileImages images_of(const ConvolutionWorkspace& workspace, std::size_t tile) {
  const std::size_t first = tile * workspace.tile_images;
  return {first, std::min(workspace.tile_images, workspace.batch - first)};
}

/// The first coordinate of the image that lies in the phase, and its position in the phase.
struct PhaseStart {
  std::size_t coordinate, position;
};
PhaseStart phase_start(const ConvolutionAxis& axis, std::size_t phase) {
  const std::size_t coordinate = (phase + axis.stride - axis.pad_before % axis.stride) % axis.stride;
  return {coordinate, (coordinate + axis.pad_before) / axis.stride};
}

/// Calls body(row of the image, first column, position in the padded tile) for the rows in a phase.
template <class Body>
void for_each_phase_row(const ConvolutionGeometry& g, std::size_t phase, const Body& body) {
  const PhaseStart top = phase_start(g.rows, phase / g.columns.stride);
  const PhaseStart left = phase_start(g.columns, phase % g.columns.stride);
  std::size_t position = top.position * g.columns.pitch() + left.position;
  for (std::size_t h = top.coordinate; h < g.rows.in; h += g.rows.stride, position += g.columns.pitch())
    body(h, left.coordinate, position);
}

/// Copies images into a padded tile, between its zeros.
void fill_images(const ConvolutionWorkspace& workspace, const Real* x, TileImages images, Real* padded) {
  const ConvolutionGeometry& g = workspace.geometry;
  const std::size_t image_size = g.in_image(), phase_row = workspace.image_channel / g.phases();
  for (std::size_t channel = 0; channel < g.in; ++channel)
    for (std::size_t phase = 0; phase < g.phases(); ++phase) {
      Real* to = padded + channel * workspace.image_channel + phase * phase_row;
      const Real* from = x + (images.first * g.in + channel) * image_size;
      if (g.phases() == 1)
        kernels::copy_rows(
            {from, g.columns.in, g.in * image_size},
            {to + g.rows.pad_before * g.columns.pitch() + g.columns.pad_before, g.columns.pitch(), g.padded_image()},
            {images.count, g.rows.in, g.columns.in});
      else
        for (std::size_t i = 0; i < images.count; ++i)
          for_each_phase_row(g, phase, [&](std::size_t h, std::size_t w, std::size_t position) {
            const Real* row = from + i * g.in * image_size + h * g.columns.in;
            Real* into = to + i * g.padded_image() + position;
            for (; w < g.columns.in; w += g.columns.stride) *into++ = row[w];
          });
      if (images.count < workspace.tile_images)  // elements of an earlier batch are read, though multiplied by 0
        std::fill_n(to + images.count * g.padded_image(), g.furthest() + 16, Real{0});
    }
}

void fill_gradient(const ConvolutionWorkspace& workspace, const ConvolutionEpilogue& epilogue, TileImages images,
                   Real* padded) {
  const ConvolutionGeometry& g = workspace.geometry;
  for (std::size_t channel = 0; channel < g.out; ++channel) {
    Real* to = padded + channel * workspace.gradient_channel + workspace.lead;
    epilogue.load_gradient({channel, images.first, images.count}, {to, g.columns.pitch(), g.padded_image()});
    if (images.count < workspace.tile_images) std::fill_n(to + images.count * g.padded_image(), 16, Real{0});
  }
}

/// Writes one channel of one phase of dx from the sums.
void write_dx(const ConvolutionGeometry& g, const Real* sums, std::size_t phase, std::size_t channel, TileImages images,
              Real* dx) {
  const std::size_t image_size = g.in_image();
  Real* to = dx + (images.first * g.in + channel) * image_size;
  if (g.phases() == 1)
    return kernels::copy_rows(
        {sums + g.rows.pad_before * g.columns.pitch() + g.columns.pad_before, g.columns.pitch(), g.padded_image()},
        {to, g.columns.in, g.in * image_size}, {images.count, g.rows.in, g.columns.in});
  for (std::size_t i = 0; i < images.count; ++i)
    for_each_phase_row(g, phase, [&](std::size_t h, std::size_t w, std::size_t position) {
      Real* row = to + i * g.in * image_size + h * g.columns.in;
      const Real* from = sums + i * g.padded_image() + position;
      for (; w < g.columns.in; w += g.columns.stride) row[w] = *from++;
    });
}

void compute_dx(const ConvolutionWorkspace& workspace, ConvolutionWorkspace::PaddedTiles& tiles, TileImages images,
                Real* dx) {
  const ConvolutionGeometry& g = workspace.geometry;
  const std::size_t n = images.count * g.padded_image();
  for (std::size_t index = 0; index < workspace.phases.size(); ++index) {
    const ConvolutionWorkspace::Phase& phase = workspace.phases[index];
    const std::size_t taps = phase.distances.size();
    for (std::size_t group = 0; group < g.groups; ++group) {
      const std::size_t first = group * g.in_each();
      const Real* gradient = tiles.gradient.data() + group * g.out_each() * workspace.gradient_channel;
      for_each_filter_block(g.in_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t before) {
        kernels::correlate(phase.filters.data() + first * taps + before, rows, gradient, phase.distances.data(), taps,
                           n, nullptr, tiles.sums.data(), workspace.sums_row);
        for (std::size_t r = 0; r < rows; ++r)
          write_dx(g, tiles.sums.data() + r * workspace.sums_row, index, first + block + r, images, dx);
      });
    }
  }
}

/// Adds the gradients over a padded tile to `sums`.
void add_filter_gradients(const ConvolutionWorkspace& workspace, ConvolutionWorkspace::PaddedTiles& tiles,
                          const TrainedParameters& trained, TileImages images, ConvolutionWorkspace::Partial& sums) {
  const ConvolutionGeometry& g = workspace.geometry;
  const std::size_t taps = g.taps(), n = images.count * g.padded_image();
  const Real* gradient = tiles.gradient.data() + workspace.lead;
  if (trained.weight != nullptr)
    for (std::size_t group = 0; group < g.groups; ++group)
      for_each_filter_block(g.out_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t) {
        const std::size_t first = group * g.out_each() + block;
        kernels::correlate_filters(tiles.images.data() + group * g.in_each() * workspace.image_channel,
                                   workspace.distances.data(), taps, gradient + first * workspace.gradient_channel,
                                   workspace.gradient_channel, rows, n, sums.filters.data() + first * taps,
                                   tiles.filters.data());
      });
  if (trained.bias != nullptr)
    for (std::size_t channel = 0; channel < g.out; ++channel)
      sums.bias[channel] += kernels::sum(gradient + channel * workspace.gradient_channel, n);
}

Real beta_of(Parameter* parameter, Real*& grad) {
  if (parameter == nullptr) return 0;
  const GradientTarget target = parameter->grad_target();
  grad = target.grad.data();
  return target.beta;
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
  Real *weight = nullptr, *bias = nullptr;
  const Real weight_beta = beta_of(trained.weight, weight), bias_beta = beta_of(trained.bias, bias);
  parallel_for(g.out, light_grain / (taps * parts) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t channel = begin; channel < end; ++channel) {
      if (bias != nullptr) {
        const Real sum = sum_of_biases(channel);
        bias[channel] = bias_beta == 0 ? sum : bias_beta * bias[channel] + sum;
      }
      if (weight == nullptr) continue;
      const std::size_t in_group = channel % g.out_each(), block = in_group / filter_block * filter_block;
      const std::size_t rows = std::min(filter_block, g.out_each() - block);
      const std::size_t from = (channel - in_group + block) * taps + in_group - block;
      Real* to = weight + channel * taps;
      for (std::size_t k = 0; k < taps; ++k) {
        const Real sum = sum_of_filters(from + k * rows);
        to[k] = weight_beta == 0 ? sum : weight_beta * to[k] + sum;
      }
    }
  });
}

/// Returns the number of tiles in a grain: all tiles if the work is too small for several threads.
std::size_t grain_size(const ConvolutionWorkspace& workspace) {
  const ConvolutionGeometry& g = workspace.geometry;
  return g.out * g.taps() * g.out_image() * workspace.batch < light_products ? workspace.tiles : 1;
}

void forward_tile(const ConvolutionWorkspace& workspace, ConvolutionWorkspace::PaddedTiles& tiles, const Real* bias,
                  const Real* x, TileImages images, const ConvolutionEpilogue& epilogue) {
  const ConvolutionGeometry& g = workspace.geometry;
  fill_images(workspace, x, images, tiles.images.data());
  for (std::size_t group = 0; group < g.groups; ++group) {
    const std::size_t first = group * g.out_each();
    const Real* from = tiles.images.data() + group * g.in_each() * workspace.image_channel;
    for_each_filter_block(g.out_each(), g.taps(), [&](std::size_t block, std::size_t rows, std::size_t before) {
      kernels::correlate(workspace.filters.data() + first * g.taps() + before, rows, from, workspace.distances.data(),
                         g.taps(), images.count * g.padded_image(), bias != nullptr ? bias + first + block : nullptr,
                         tiles.sums.data(), workspace.sums_row);
      for (std::size_t r = 0; r < rows; ++r)
        epilogue.store_results({first + block + r, images.first, images.count},
                               {tiles.sums.data() + r * workspace.sums_row, g.columns.pitch(), g.padded_image()});
    });
  }
}

}  // namespace

void convolution_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x, std::size_t batch,
                         const ConvolutionEpilogue& epilogue, ConvolutionWorkspace& workspace) {
  if (batch == 0) return;
  workspace.prepare(geometry, batch, false);
  pack_filters(geometry, filters, workspace.filters.data());
  parallel_for(workspace.tiles, grain_size(workspace), [&](std::size_t begin, std::size_t end) {
    ConvolutionWorkspace::ThreadTiles tiles(workspace);
    for (std::size_t tile = begin; tile < end; ++tile)
      forward_tile(workspace, *tiles, filters.bias, x, images_of(workspace, tile), epilogue);
  });
}

void convolution_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
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
    for (ConvolutionWorkspace::Phase& phase : workspace.phases) pack_phase(geometry, parts.weight->value.data(), phase);
  // Each partial sum is over a fixed share of the tiles, so that the result's bits do not depend on the threads'
  // timing.
  parallel_for(shares, grain_size(workspace) == 1 ? 1 : shares, [&](std::size_t begin, std::size_t end) {
    ConvolutionWorkspace::ThreadTiles own(workspace);
    for (std::size_t share = begin; share < end; ++share)
      for (std::size_t tile = share * tiles / shares; tile < (share + 1) * tiles / shares; ++tile) {
        const TileImages images = images_of(workspace, tile);
        fill_gradient(workspace, epilogue, images, own->gradient.data());
        if (dx != nullptr) compute_dx(workspace, *own, images, dx);
        if (trained.weight != nullptr) fill_images(workspace, x, images, own->images.data());
        add_filter_gradients(workspace, *own, trained, images, workspace.partial[share]);
      }
  });
  collect(workspace, shares, trained);
}

}  // namespace minnow::inline MINNOW_PRECISION
