#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/convolution/detail/convolution_passes.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::filter_block;

constexpr std::size_t light_products = 1 << 21;  // waking a thread for less costs more than it saves

/// Calls body(first channel, channels, packed filters before them) for the blocks of the channels of one group.
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

/// The filters seen from x, for one phase of dx: input channels are the rows, (output channel, element) the sum.
void pack_phase(const ConvolutionGeometry& g, const Real* weight, ConvolutionRoom::Phase& phase) {
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

struct Part {
  std::size_t first, count;  // pictures
};

Part part_of(const ConvolutionRoom& room, std::size_t sheet) {
  const std::size_t first = sheet * room.images;
  return {first, std::min(room.images, room.pictures - first)};
}

/// The first coordinate of the picture that lies in the phase, and its place there.
struct PhaseStart {
  std::size_t coordinate, place;
};
PhaseStart phase_start(const ConvolutionAxis& axis, std::size_t phase) {
  const std::size_t coordinate = (phase + axis.stride - axis.pad_before % axis.stride) % axis.stride;
  return {coordinate, (coordinate + axis.pad_before) / axis.stride};
}

/// Calls body(row of the picture, its first column, place in the sheet of that) for the rows in a phase.
template <class Body>
void for_each_phase_row(const ConvolutionGeometry& g, std::size_t phase, const Body& body) {
  const PhaseStart top = phase_start(g.rows, phase / g.columns.stride);
  const PhaseStart left = phase_start(g.columns, phase % g.columns.stride);
  std::size_t place = top.place * g.columns.pitch() + left.place;
  for (std::size_t h = top.coordinate; h < g.rows.in; h += g.rows.stride, place += g.columns.pitch())
    body(h, left.coordinate, place);
}

/// Copies pictures into their sheet. The zeros between the rows are there.
void fill_pictures(const ConvolutionRoom& room, const Real* x, Part part, Real* sheet) {
  const ConvolutionGeometry& g = room.geometry;
  const std::size_t picture = g.in_picture(), phase_row = room.picture_channel / g.phases();
  for (std::size_t channel = 0; channel < g.in; ++channel)
    for (std::size_t phase = 0; phase < g.phases(); ++phase) {
      Real* to = sheet + channel * room.picture_channel + phase * phase_row;
      const Real* from = x + (part.first * g.in + channel) * picture;
      if (g.phases() == 1)
        kernels::copy_rows(
            {from, g.columns.in, g.in * picture},
            {to + g.rows.pad_before * g.columns.pitch() + g.columns.pad_before, g.columns.pitch(), g.sheet_picture()},
            {part.count, g.rows.in, g.columns.in});
      else
        for (std::size_t image = 0; image < part.count; ++image)
          for_each_phase_row(g, phase, [&](std::size_t h, std::size_t w, std::size_t place) {
            const Real* row = from + image * g.in * picture + h * g.columns.in;
            Real* into = to + image * g.sheet_picture() + place;
            for (; w < g.columns.in; w += g.columns.stride) *into++ = row[w];
          });
      if (part.count < room.images)  // what an earlier batch left is read, though times zero
        std::fill_n(to + part.count * g.sheet_picture(), g.furthest() + 16, Real{0});
    }
}

void fill_gradient(const ConvolutionRoom& room, const ConvolutionEnd& end, Part part, Real* sheet) {
  const ConvolutionGeometry& g = room.geometry;
  for (std::size_t channel = 0; channel < g.out; ++channel) {
    Real* to = sheet + channel * room.gradient_channel + room.lead;
    end.start({channel, part.first, part.count}, {to, g.columns.pitch(), g.sheet_picture()});
    if (part.count < room.images) std::fill_n(to + part.count * g.sheet_picture(), 16, Real{0});
  }
}

/// One channel of one phase of dx, from the sums where they are.
void write_dx(const ConvolutionGeometry& g, const Real* sums, std::size_t phase, std::size_t channel, Part part,
              Real* dx) {
  const std::size_t picture = g.in_picture();
  Real* to = dx + (part.first * g.in + channel) * picture;
  if (g.phases() == 1)
    return kernels::copy_rows(
        {sums + g.rows.pad_before * g.columns.pitch() + g.columns.pad_before, g.columns.pitch(), g.sheet_picture()},
        {to, g.columns.in, g.in * picture}, {part.count, g.rows.in, g.columns.in});
  for (std::size_t image = 0; image < part.count; ++image)
    for_each_phase_row(g, phase, [&](std::size_t h, std::size_t w, std::size_t place) {
      Real* row = to + image * g.in * picture + h * g.columns.in;
      const Real* from = sums + image * g.sheet_picture() + place;
      for (; w < g.columns.in; w += g.columns.stride) row[w] = *from++;
    });
}

void compute_dx(const ConvolutionRoom& room, ConvolutionRoom::Sheets& sheets, Part part, Real* dx) {
  const ConvolutionGeometry& g = room.geometry;
  const std::size_t n = part.count * g.sheet_picture();
  for (std::size_t number = 0; number < room.phases.size(); ++number) {
    const ConvolutionRoom::Phase& phase = room.phases[number];
    const std::size_t taps = phase.distances.size();
    for (std::size_t group = 0; group < g.groups; ++group) {
      const std::size_t first = group * g.in_each();
      const Real* gradient = sheets.gradient.data() + group * g.out_each() * room.gradient_channel;
      for_each_filter_block(g.in_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t before) {
        kernels::correlate(phase.filters.data() + first * taps + before, rows, gradient, phase.distances.data(), taps,
                           n, nullptr, sheets.sums.data(), room.sums_row);
        for (std::size_t r = 0; r < rows; ++r)
          write_dx(g, sheets.sums.data() + r * room.sums_row, number, first + block + r, part, dx);
      });
    }
  }
}

/// Adds to the sums of the parameters' gradients.
void add_filter_gradients(const ConvolutionRoom& room, ConvolutionRoom::Sheets& sheets, const FilterGradients& wanted,
                          Part part, ConvolutionRoom::Partial& sums) {
  const ConvolutionGeometry& g = room.geometry;
  const std::size_t taps = g.taps(), n = part.count * g.sheet_picture();
  const Real* gradient = sheets.gradient.data() + room.lead;
  if (wanted.weight != nullptr)
    for (std::size_t group = 0; group < g.groups; ++group)
      for_each_filter_block(g.out_each(), taps, [&](std::size_t block, std::size_t rows, std::size_t) {
        const std::size_t first = group * g.out_each() + block;
        kernels::correlate_filters(sheets.pictures.data() + group * g.in_each() * room.picture_channel,
                                   room.distances.data(), taps, gradient + first * room.gradient_channel,
                                   room.gradient_channel, rows, n, sums.filters.data() + first * taps,
                                   sheets.filters.data());
      });
  if (wanted.bias != nullptr)
    for (std::size_t channel = 0; channel < g.out; ++channel)
      sums.bias[channel] += kernels::sum(gradient + channel * room.gradient_channel, n);
}

Real beta_of(Parameter* parameter, Real*& grad) {
  if (parameter == nullptr) return 0;
  const GradientTarget target = parameter->grad_target();
  grad = target.grad.data();
  return target.beta;
}

/// gradient = beta gradient + the partial sums, in their order.
void collect(const ConvolutionRoom& room, std::size_t parts, const FilterGradients& wanted) {
  const ConvolutionGeometry& g = room.geometry;
  const std::size_t taps = g.taps();
  const auto sum_of_filters = [&](std::size_t at) {
    Real sum = 0;
    for (std::size_t part = 0; part < parts; ++part) sum += room.partial[part].filters[at];
    return sum;
  };
  const auto sum_of_biases = [&](std::size_t channel) {
    double sum = 0;
    for (std::size_t part = 0; part < parts; ++part) sum += room.partial[part].bias[channel];
    return static_cast<Real>(sum);
  };
  Real *weight = nullptr, *bias = nullptr;
  const Real weight_beta = beta_of(wanted.weight, weight), bias_beta = beta_of(wanted.bias, bias);
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

/// How many sheets a thread takes at a time: all where the work is too small to share.
std::size_t piece_of(const ConvolutionRoom& room) {
  const ConvolutionGeometry& g = room.geometry;
  return g.out * g.taps() * g.out_picture() * room.pictures < light_products ? room.sheets : 1;
}

}  // namespace

void convolution_forward(const ConvolutionGeometry& geometry, const Filters& filters, const Real* x,
                         std::size_t pictures, const ConvolutionEnd& end, ConvolutionRoom& room) {
  if (pictures == 0) return;
  room.prepare(geometry, pictures, false);
  pack_filters(geometry, filters, room.filters.data());
  parallel_for(room.sheets, piece_of(room), [&](std::size_t begin, std::size_t last) {
    ConvolutionRoom::Lease sheets(room);
    const ConvolutionGeometry& g = room.geometry;
    for (std::size_t sheet = begin; sheet < last; ++sheet) {
      const Part part = part_of(room, sheet);
      fill_pictures(room, x, part, sheets->pictures.data());
      for (std::size_t group = 0; group < g.groups; ++group) {
        const std::size_t first = group * g.out_each();
        const Real* from = sheets->pictures.data() + group * g.in_each() * room.picture_channel;
        for_each_filter_block(g.out_each(), g.taps(), [&](std::size_t block, std::size_t rows, std::size_t before) {
          kernels::correlate(room.filters.data() + first * g.taps() + before, rows, from, room.distances.data(),
                             g.taps(), part.count * g.sheet_picture(),
                             filters.bias != nullptr ? filters.bias + first + block : nullptr, sheets->sums.data(),
                             room.sums_row);
          for (std::size_t r = 0; r < rows; ++r)
            end.finish({first + block + r, part.first, part.count},
                       {sheets->sums.data() + r * room.sums_row, g.columns.pitch(), g.sheet_picture()});
        });
      }
    }
  });
}

void convolution_backward(const ConvolutionGeometry& geometry, const Real* weight, const FilterGradients& gradients,
                          const Real* x, Real* dx, std::size_t pictures, const ConvolutionEnd& end,
                          ConvolutionRoom& room) {
  room.prepare(geometry, pictures, true);
  const std::size_t parts = room.partial.size();
  for (ConvolutionRoom::Partial& sums : room.partial) {
    sums.filters.assign(geometry.out * geometry.taps(), Real{0});
    sums.bias.assign(geometry.out, 0);
  }
  if (dx != nullptr)
    for (ConvolutionRoom::Phase& phase : room.phases) pack_phase(geometry, weight, phase);
  // A fixed share of the sheets for each sum, whoever computes it: the same bits whichever thread is late.
  parallel_for(parts, piece_of(room) == 1 ? 1 : parts, [&](std::size_t begin, std::size_t last) {
    ConvolutionRoom::Lease sheets(room);
    for (std::size_t number = begin; number < last; ++number)
      for (std::size_t sheet = number * room.sheets / parts; sheet < (number + 1) * room.sheets / parts; ++sheet) {
        const Part part = part_of(room, sheet);
        fill_gradient(room, end, part, sheets->gradient.data());
        if (dx != nullptr) compute_dx(room, *sheets, part, dx);
        if (gradients.weight != nullptr) fill_pictures(room, x, part, sheets->pictures.data());
        add_filter_gradients(room, *sheets, gradients, part, room.partial[number]);
      }
  });
  collect(room, parts, gradients);
}

}  // namespace minnow::inline MINNOW_PRECISION
