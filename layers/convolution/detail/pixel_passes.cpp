#include <minnow/core/threading/detail/scratch.hpp>
#include <minnow/layers/convolution/detail/pixel_correlation.hpp>
#include <minnow/layers/convolution/detail/pixel_dx.hpp>
#include <minnow/layers/convolution/detail/pixel_filter_gradients.hpp>
#include <minnow/layers/convolution/detail/pixel_passes.hpp>
#include <minnow/layers/detail/sum_kernel.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::padded_channels;

constexpr std::size_t min_channels = 16;          // of a group: vectors run over channels
constexpr std::size_t loaded_elements = 1 << 20;  // of the output gradient of a part: they stay in the cache
constexpr std::size_t max_width = 1024;           // of an image: a block contains whole rows
constexpr std::size_t small_image = 400, long_sum = 128;

/// Reads the output gradient of some images from the epilogue: (images, out, H', W').
void load_gradient_planes(const ConvolutionGeometry& g, const ConvolutionEpilogue& epilogue, std::size_t first,
                          std::size_t images, Real* to) {
  const std::size_t plane = g.out_image();
  parallel_for(g.out, light_grain / (images * plane) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t channel = begin; channel < end; ++channel)
      epilogue.load_gradient({channel, first, images, 0, g.rows.out()},
                             {to + channel * plane, g.columns.out(), g.out * plane});
  });
}

/// Computes gradient = beta gradient + the sums of dy, (images, out, H', W').
void add_bias_gradient(const ConvolutionGeometry& g, const Real* dy, std::size_t images, Real beta, Real* gradient) {
  const std::size_t plane = g.out_image();
  parallel_for(g.out, light_grain / (images * plane) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t channel = begin; channel < end; ++channel) {
      double sum = beta == 0 ? 0 : static_cast<double>(beta * gradient[channel]);
      for (std::size_t image = 0; image < images; ++image)
        sum += kernels::sum(dy + (image * g.out + channel) * plane, plane);
      gradient[channel] = static_cast<Real>(sum);
    }
  });
}

}  // namespace

bool pixel_passes_suit(const ConvolutionGeometry& g) {
  const std::size_t channels = std::min(g.in_each(), g.out_each());
  if (channels < min_channels || g.columns.out() > max_width) return false;
  // The change to pixels and back costs more than a short sum gains, unless images are too small for vectors.
  return forward_geometry(g).winograd() || g.out_image() <= small_image || channels * g.filter_size() >= long_sum;
}

void pixel_forward(const ConvolutionGeometry& g, const Filters& filters, const Real* x, std::size_t batch,
                   const ConvolutionEpilogue& epilogue, PackedFilters& kept) {
  const PixelGeometry group_geometry = forward_geometry(g);
  const std::size_t biases = padded_channels(g.out_each()), size = packed_filters_size(group_geometry);
  const std::size_t workers = pixel_workers(g, batch);
  const bool keeps = filters.stamp != 0;
  Arena count;
  count.take(keeps ? 0 : size);
  count.take(biases);
  Arena arena(scratch_memory(count.used() + correlation_memory(group_geometry, input_planes(g, x, 0), batch, workers)));
  Real* packed = arena.take(keeps ? 0 : size);
  Real* bias = arena.take(biases);
  const kernels::Panels panels = kernels::panels_of(g.out_each());
  const std::size_t layout = (panels.lanes << 16) + panels.count;
  const bool is_packed = keeps && kept.contains(g, filters, layout);
  if (keeps && !is_packed) kept.elements.resize(g.groups * size);
  for (std::size_t group = 0; group < g.groups; ++group) {
    const std::size_t first = group * g.out_each();
    if (keeps) packed = kept.elements.data() + group * size;
    if (!is_packed)
      pack_pixel_filters(group_geometry, forward_order(g, group), filters.weight,
                         filters.scale != nullptr ? filters.scale + first : nullptr, packed);
    std::fill_n(bias, biases, Real{0});
    if (filters.bias != nullptr) std::copy_n(filters.bias + first, g.out_each(), bias);
    correlate({group_geometry, input_planes(g, x, group), batch, packed, filters.bias != nullptr ? bias : nullptr,
               epilogue, g.out, first, 0, workers},
              arena.rest());
  }
  if (keeps && !is_packed) kept.set(g, filters, layout);
}

void pixel_backward(const ConvolutionParts& parts, const Real* x, Real* dx, std::size_t batch,
                    const ConvolutionEpilogue& epilogue) {
  const ConvolutionGeometry& g = parts.geometry;
  const TrainedParameters trained = parts.trained();
  const std::size_t gradient_size = g.out * g.out_image();
  const Real* gradient_tensor = epilogue.gradient_tensor();
  const std::size_t part =
      gradient_tensor != nullptr ? batch : std::clamp<std::size_t>(loaded_elements / gradient_size, 1, batch);
  const std::size_t last_part = batch - (divide_up(batch, part) - 1) * part;
  const std::size_t workers = pixel_workers(g, batch);
  const FilterGradients filters(g, workers);
  const std::size_t sums_size = trained.weight != nullptr ? filters.sums_size() : 0;
  const std::size_t loaded_size = gradient_tensor == nullptr ? part * gradient_size : 0;
  Arena count;
  count.take(sums_size);
  count.take(loaded_size);
  std::size_t rest = 0;
  for (const std::size_t images : {part, last_part}) {  // fewer images may be divided in larger blocks
    if (dx != nullptr) rest = std::max(rest, dx_memory(g, images, workers));
    if (trained.weight != nullptr) rest = std::max(rest, filters.memory(images));
  }
  Arena arena(scratch_memory(count.used() + rest));
  Real* sums = arena.take(sums_size);
  Real* loaded = arena.take(loaded_size);
  const GradientOf bias(trained.bias);
  for (std::size_t first = 0; first < batch; first += part) {
    const std::size_t images = std::min(part, batch - first);
    if (gradient_tensor == nullptr) load_gradient_planes(g, epilogue, first, images, loaded);
    const Real* dy = gradient_tensor != nullptr ? gradient_tensor + first * gradient_size : loaded;
    if (dx != nullptr)
      correlate_dx(g, std::as_const(parts.weight->value).data(), dy, images, dx + first * g.in * g.in_image(), workers,
                   arena.rest());
    if (trained.weight != nullptr)
      filters.add(x + first * g.in * g.in_image(), dy, images, first > 0 ? 1 : 0, sums, arena.rest());
    if (bias.data != nullptr) add_bias_gradient(g, dy, images, first > 0 ? Real{1} : bias.beta, bias.data);
  }
  const GradientOf weight(trained.weight);
  if (weight.data != nullptr) filters.store(sums, weight.beta, weight.data);
}

}  // namespace minnow::inline MINNOW_PRECISION
