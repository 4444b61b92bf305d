#include <minnow/core/error.hpp>
#include <minnow/layers/pooling/avg_pool2d.hpp>
#include <minnow/layers/pooling/detail/pool_kernels.hpp>
#include <minnow/layers/pooling/detail/pooling_passes.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The tables of a pass.
struct AverageTables : detail::PoolingTables {
  std::vector<Real> row_counts, column_counts, row_inverses, column_inverses, last_windows, phases;
  std::vector<kernels::Span> covering;
};

/// Writes the number of elements of each window along an axis, and its inverse.
void count_elements(const kernels::PoolingAxis& axis, bool count_padding, std::vector<Real>& counts,
                    std::vector<Real>& inverses) {
  counts.resize(axis.windows);
  inverses.resize(axis.windows);
  for (std::size_t at = 0; at < axis.windows; ++at) {
    const std::size_t padded = axis.size + 2 * axis.padding - at * axis.stride;
    counts[at] = static_cast<Real>(count_padding ? std::min(axis.kernel, padded) : axis.taps(at).count);
    inverses[at] = 1 / counts[at];
  }
}

kernels::AveragePooling describe(const PoolingWindow& window, bool count_padding, const Shape& x, const Shape& y,
                                 AverageTables& tables) {
  const kernels::PoolingAxes axes = tables.describe(window, x, y);
  count_elements(axes.rows, count_padding, tables.row_counts, tables.row_inverses);
  count_elements(axes.columns, count_padding, tables.column_counts, tables.column_inverses);
  tables.covering.resize(axes.rows.size);
  for (std::size_t r = 0; r < axes.rows.size; ++r) tables.covering[r] = axes.rows.windows_at(r);
  tables.last_windows.resize(axes.columns.size);
  tables.phases.resize(axes.columns.size);
  for (std::size_t c = 0; c < axes.columns.size; ++c) {
    tables.last_windows[c] = static_cast<Real>((c + axes.columns.padding) / axes.columns.stride);
    tables.phases[c] = static_cast<Real>((c + axes.columns.padding) % axes.columns.stride);
  }
  return {axes,
          tables.row_counts.data(),
          tables.column_counts.data(),
          tables.row_inverses.data(),
          tables.column_inverses.data(),
          tables.covering.data(),
          tables.last_windows.data(),
          tables.phases.data()};
}

}  // namespace

AvgPool2d::AvgPool2d(Size2d kernel, const AvgPoolOptions& options)
    : window_("AvgPool2d", kernel,
              {.stride = options.stride, .padding = options.padding, .ceil_mode = options.ceil_mode}),
      count_include_pad_(options.count_include_pad) {}

AvgPool2d::AvgPool2d(const LayerConfig& config) : AvgPool2d(Size2d(1)) {
  ConfigReader read(config, "AvgPool2d");
  window_ = PoolingWindow("AvgPool2d", read);
  count_include_pad_ = read.boolean("count_include_pad", true);
  read.finish();
  if (window_.dilation() != Size2d(1)) throw ValueError(name() + ": expected a dilation of 1.");
}

std::optional<LayerConfig> AvgPool2d::config() const {
  LayerConfig config{"AvgPool2d", {}, {}};
  window_.write(config);
  std::erase_if(config.attributes, [](const auto& attribute) { return attribute.first == "dilation"; });
  config.attributes.emplace_back("count_include_pad", count_include_pad_);
  return layer_config(*this, std::move(config));
}

void AvgPool2d::forward(const Tensor& x, Tensor& y, Context& context) {
  auto& tables = context.scratch<AverageTables>();
  const auto pooling = describe(window_, count_include_pad_, x.shape(), y.shape(), tables);
  const kernels::PoolingAxis &rows = pooling.rows, &columns = pooling.columns;
  detail::for_rows(x.shape()[0] * x.shape()[1] * rows.windows, rows.kernel * columns.size,
                   kernels::pooling_workspace(pooling), tables,
                   [&](std::size_t first, std::size_t last, Real* workspace) {
                     kernels::average_pool_rows(pooling, x.data(), y.data(), first, last, workspace);
                   });
}

void AvgPool2d::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  if (dx == nullptr) return;
  auto& tables = context.scratch<AverageTables>();
  const auto pooling = describe(window_, count_include_pad_, dx->shape(), y.shape(), tables);
  const kernels::PoolingAxis &rows = pooling.rows, &columns = pooling.columns;
  const std::size_t work = columns.windows * (rows.kernel / rows.stride + 1) + columns.size;
  detail::for_rows(y.shape()[0] * y.shape()[1] * rows.size, work, kernels::pooling_workspace(pooling), tables,
                   [&](std::size_t first, std::size_t last, Real* workspace) {
                     kernels::average_pool_backward_rows(pooling, dy.data(), dx->data(), first, last, workspace);
                   });
}

}  // namespace minnow::inline MINNOW_PRECISION
