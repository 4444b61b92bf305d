#pragma once

#include <minnow/io/detail/tensor_file.hpp>
#include <minnow/io/detail/unpickler.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// The memory of tensors in a file of PyTorch.
struct PickledStorage {
  ElementType type;
  std::size_t count;                    // of elements
  std::optional<std::size_t> offset{};  // in the file
};

/// A view of a storage.
struct PickledTensor {
  std::string_view storage;  // its key
  std::size_t first;         // element of the storage
  Shape shape;
  std::vector<std::size_t> strides;  // in elements
};

/// Reads the pickles of a file that torch.save wrote: tensors, storages, and containers of them.
class StateDictUnpickler : public Unpickler {
 public:
  using Unpickler::Unpickler;

  /// The storages that tensors refer to, by key. The owner of the file sets their offsets.
  std::map<std::string_view, PickledStorage> storages;

  /// Returns the tensor of a value, and where it is. Throws ValueError with the reason if it exceeds its storage.
  std::pair<TensorEntry, TensorLocation> tensor(const PickleValue& value, std::string name) const;

 protected:
  PickleValue find_global(std::string_view module, std::string_view name) override;
  PickleValue call(const PickleValue& callable, const PickleValue& arguments) override;
  PickleValue load_persistent(const PickleValue& id) override;

 private:
  PickleValue make_ordered_dict(const Items& arguments);
  PickleValue make_tensor(const Items& arguments);

  std::vector<PickledTensor> tensors_;
  std::vector<std::string_view> storage_keys_;
};

struct TensorList {
  std::vector<TensorEntry> tensors;
  std::vector<TensorLocation> locations;
};

/// Lists the tensors in a dict, and in the containers in it. The keys are joined by dots: "model.0.weight". Throws
/// ValueError with the reason if `value` is no container, or a tensor is invalid.
TensorList list_tensors(const StateDictUnpickler& unpickler, const PickleValue& value);

}  // namespace minnow::inline MINNOW_PRECISION::detail
