#include <minnow/core/detail/format.hpp>
#include <minnow/core/detail/hash.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/dataset.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns row r of (N, ...).
template <class T>
auto row(T& tensor, std::size_t r, const char* who) {
  const std::size_t rows = tensor.dimension() == 0 ? 0 : tensor.shape()[0];
  if (r >= rows) throw ValueError(format_text("Batch::{}: expected a row below {}, got {}.", who, rows, r));
  const std::size_t size = tensor.size() / rows;
  return std::span(tensor.data() + r * size, size);
}

Shape with_batch_axis(std::size_t n, const Shape& sample) {
  Shape shape(sample.size() + 1);
  shape[0] = n;
  std::copy(sample.begin(), sample.end(), shape.begin() + 1);
  return shape;
}

}  // namespace

std::span<Real> Batch::input(std::size_t r) { return row(inputs, r, "input"); }
std::span<const Real> Batch::input(std::size_t r) const { return row(inputs, r, "input"); }
std::span<Real> Batch::target(std::size_t r) { return row(targets, r, "target"); }
std::span<const Real> Batch::target(std::size_t r) const { return row(targets, r, "target"); }

Dataset::~Dataset() = default;  // out of line: the library owns the vtable

const std::vector<std::string>& Dataset::class_names() const {
  static const std::vector<std::string> none;
  return none;
}

std::string Dataset::fingerprint() const {
  constexpr std::size_t most = 64;
  std::uint64_t hash = size();
  Batch batch;
  resize(batch, *this, 1);
  const auto add = [&](const Tensor& tensor) {
    hash = hash_bytes(std::as_bytes(std::span(tensor.data(), tensor.size())), hash);
  };
  const std::size_t count = std::min(size(), most);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t index = i * (size() - 1) / std::max<std::size_t>(count - 1, 1);  // the first, ..., the last
    read({&index, 1}, batch);
    add(batch.inputs);
    add(batch.targets);
    if (batch.weights) add(*batch.weights);
  }
  return format_text("{:016x}", hash);
}

void resize(Batch& batch, const Dataset& dataset, std::size_t n) {
  resize(batch.inputs, with_batch_axis(n, dataset.input_shape()));
  resize(batch.targets, with_batch_axis(n, dataset.target_shape()));
  if (dataset.has_weights())
    resize(batch.weights ? *batch.weights : batch.weights.emplace(), {n});
  else
    batch.weights.reset();
}

}  // namespace minnow::inline MINNOW_PRECISION
