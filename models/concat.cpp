#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/detail/branches_pass.hpp>
#include <minnow/models/layer_table.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Copies `length` contiguous elements of each sample.
void copy_blocks(const Real* from, std::size_t from_stride, Real* to, std::size_t to_stride, std::size_t samples,
                 std::size_t length) {
  parallel_for(samples, light_grain / std::max<std::size_t>(length, 1) + 1, [=](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) std::copy_n(from + n * from_stride, length, to + n * to_stride);
  });
}

std::size_t sample_size(const Shape& shape) {
  std::size_t size = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) size *= shape[axis];
  return size;
}

/// Returns true if the shapes differ at most in axis 1.
bool can_concatenate(const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t axis = 0; axis < a.size(); ++axis)
    if (axis != 1 && a[axis] != b[axis]) return false;
  return true;
}

}  // namespace

Concat::Concat(const LayerConfig& config) : Concat(config, standard_layers()) {}

Concat::Concat(const LayerConfig& config, const LayerTable& layers) {
  ConfigReader read(config, "Concat");
  read.children(1);
  read.finish();
  for (const LayerConfig& child : config.children) append(layers.make(child));
}

void Concat::append(AnyLayer branch) {
  const std::string number = std::to_string(size());
  add_branch(number, "branch " + number, std::move(branch));
}

std::optional<LayerConfig> Concat::config() const {
  std::optional<std::vector<LayerConfig>> branches = branch_configs();
  if (!branches) return std::nullopt;
  return layer_config(*this, {"Concat", {}, std::move(*branches)});
}

std::string Concat::name() const {
  std::string names;
  for (std::size_t i = 0; i < size(); ++i) names += (i > 0 ? ", " : "") + at(i).layers_name();
  return "Concat(" + names + ")";
}

Shape Concat::output_shape(const Shape& input) const {
  Shape shape = branch_shape(0, input);
  if (shape.size() < 2)
    throw ShapeError(format_text("{}: expected outputs (N, C, ...), got {} from branch 0.", name(), to_string(shape)));
  const Shape first = shape;
  for (std::size_t i = 1; i < size(); ++i) {
    const Shape next = branch_shape(i, input);
    if (!can_concatenate(first, next))
      throw ShapeError(
          format_text("{}: expected outputs whose shapes differ only in axis 1, got {} from branch 0 and "
                      "{} from branch {}.",
                      name(), to_string(first), to_string(next), i));
    shape[1] += next[1];
  }
  return shape;
}

void Concat::forward(const Tensor& x, Tensor& y, Context& context) {
  BranchesPass& pass = pass_of(context);
  const std::size_t samples = y.shape()[0], stride = sample_size(y.shape());
  Real* to = y.data();
  for (std::size_t i = 0; i < size(); ++i) {
    Tensor& output = keeps_output(i, context) ? pass.outputs[i] : pass.output;
    pass.shapes[i] = branch_shape(i, x.shape());
    resize(output, pass.shapes[i]);
    run_forward(i, x, output, context);
    const std::size_t length = sample_size(pass.shapes[i]);
    copy_blocks(output.data(), length, to, stride, samples, length);
    to += length;
  }
}

void Concat::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  BranchesPass& pass = pass_of(context);
  const std::size_t samples = dy.shape()[0], stride = sample_size(dy.shape());
  const Real* from = dy.data();
  for (std::size_t i = 0; i < size(); ++i) {
    const std::size_t length = sample_size(pass.shapes[i]);
    if (dx != nullptr || trains(i)) {
      resize(pass.dy, pass.shapes[i]);
      copy_blocks(from, stride, pass.dy.data(), length, samples, length);
      const bool kept = keeps_output(i, context);
      if (!kept) resize(pass.output, pass.shapes[i]);
      run_backward(i, x, kept ? pass.outputs[i] : pass.output, pass.dy, dx, context);
    }
    from += length;
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
