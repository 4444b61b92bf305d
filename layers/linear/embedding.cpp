#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/linear/detail/embedding_kernels.hpp>
#include <minnow/layers/linear/embedding.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns the indices of element `flat` as text: "(2, 0)".
std::string position(const Shape& shape, std::size_t flat) {
  Shape at(shape);
  for (std::size_t axis = shape.size(); axis-- > 0; flat /= shape[axis]) at[axis] = flat % shape[axis];
  return to_string(at);
}

}  // namespace

Embedding::Embedding(std::size_t num_embeddings, std::size_t dim, Rng& rng, const EmbeddingOptions& options)
    : count_(num_embeddings), dim_(dim) {
  make_weight(options.padding_idx);
  for (Real& value : weight_.value.values()) value = static_cast<Real>(rng.normal());
  if (padding_ < count_) std::fill_n(weight_.value.data() + padding_ * dim_, dim_, Real{0});
}

Embedding::Embedding(const LayerConfig& config) {
  ConfigReader read(config, "Embedding");
  count_ = read.size("num_embeddings");
  dim_ = read.size("dim");
  const std::optional<std::size_t> padding_idx = read.optional_size("padding_idx");
  read.finish();
  make_weight(padding_idx);
}

std::optional<LayerConfig> Embedding::config() const {
  LayerConfig config{"Embedding", {{"num_embeddings", count_}, {"dim", dim_}}, {}};
  if (padding_ < count_) config.attributes.emplace_back("padding_idx", padding_);
  return layer_config(*this, std::move(config));
}

void Embedding::make_weight(std::optional<std::size_t> padding_idx) {
  padding_ = padding_idx.value_or(count_);
  if (count_ == 0 || dim_ == 0) throw ValueError(name() + ": expected sizes of at least 1.");
  if (padding_idx && padding_ >= count_)
    throw ValueError(format_text("{}: expected a padding_idx below {}, got {}.", name(), count_, padding_));
  constexpr std::size_t last = std::size_t{1} << std::numeric_limits<Real>::digits;
  if (count_ - 1 > last)
    throw ValueError(format_text("{}: expected ids that are exact in x, at most {}. Split the table.", name(), last));
  weight_ = Parameter({count_, dim_});
}

std::string Embedding::name() const { return format_text("Embedding({} -> {})", count_, dim_); }

Shape Embedding::output_shape(const Shape& input) const {
  if (input.empty()) throw ShapeError(name() + ": expected input (N, ...), got a scalar. Add a batch axis.");
  Shape output(input);
  output.push_back(dim_);
  return output;
}

/// Throws ValueError if an id is not a row of the weight.
void Embedding::check(const Tensor& x) const {
  const auto count = static_cast<Real>(count_);
  const auto wrong = std::find_if(x.storage().begin(), x.storage().end(),
                                  [=](Real id) { return !(id >= 0 && id < count && std::trunc(id) == id); });
  if (wrong == x.storage().end()) return;
  const auto at = static_cast<std::size_t>(wrong - x.storage().begin());
  throw ValueError(format_text("{}: expected whole numbers from 0 to {}, got {:.9g} at {}.", name(), count_ - 1,
                               static_cast<double>(*wrong), position(x.shape(), at)));
}

void Embedding::forward(const Tensor& x, Tensor& y, Context&) {
  check(x);
  const std::size_t grain_size = std::max<std::size_t>(light_grain / dim_, 1);
  parallel_for(x.size(), grain_size, [&](std::size_t begin, std::size_t end) {
    kernels::gather_rows(x.data() + begin, weight_.value.data(), y.data() + begin * dim_, end - begin, dim_);
  });
}

void Embedding::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) {
  if (dx != nullptr) dx->fill(0);
  if (!weight_.trainable) return;
  Real* grad = weight_.grad_to_add().data();
  constexpr std::size_t line =
      64;  // columns that start on a cache line; an id may repeat, so threads split the columns
  const std::size_t columns = std::max(light_grain / std::max<std::size_t>(x.size(), 1) / line, std::size_t{1}) * line;
  parallel_for(dim_, columns, [&](std::size_t begin, std::size_t end) {
    kernels::add_rows(x.data(), dy.data(), grad, x.size(), dim_, begin, end, padding_);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
