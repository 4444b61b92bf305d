#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/tensor_file.hpp>
#include <minnow/io/tensor_reader.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {

TensorReader::TensorReader(detail::TensorFile file)
    : file_(std::make_unique<const detail::TensorFile>(std::move(file))) {}
TensorReader::TensorReader(TensorReader&&) noexcept = default;
TensorReader::~TensorReader() = default;

const std::vector<TensorEntry>& TensorReader::tensors() const& { return file_->tensors(); }
const TensorEntry* TensorReader::find(std::string_view name) const& { return file_->find(name); }
const std::string& TensorReader::name() const& { return file_->name(); }

void TensorReader::read(const TensorEntry& tensor, std::span<Real> values) const {
  const TensorEntry* own = find(tensor.name);
  if (own == nullptr)
    throw DataError(format_text("{}: expected a tensor of the file, got {}.", name(), detail::shown(tensor.name)));
  file_->read(*own, values);
}

Tensor TensorReader::read(const TensorEntry& tensor) const { return read(tensor.name); }

Tensor TensorReader::read(std::string_view name) const {
  const TensorEntry* own = find(name);
  if (own == nullptr)
    throw DataError(format_text("{}: expected a tensor of the file, got {}.", file_->name(), detail::shown(name)));
  Tensor values(own->shape);
  file_->read(*own, {values.data(), values.size()});
  return values;
}

}  // namespace minnow::inline MINNOW_PRECISION
