#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/state_dict.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

/// The functions of torch/_utils.py, and the types of torch/storage.py with their elements.
enum class Function : std::uint8_t { ordered_dict, rebuild_tensor, rebuild_parameter, storage, default_dict, inert };

struct Global {
  char module[16], name[24];
  Function function;
  ElementType type{};
};
constexpr Global globals[] = {{"collections", "OrderedDict", Function::ordered_dict},
                              {"torch._utils", "_rebuild_tensor", Function::rebuild_tensor},
                              {"torch._utils", "_rebuild_tensor_v2", Function::rebuild_tensor},
                              {"torch._utils", "_rebuild_parameter", Function::rebuild_parameter},
                              {"torch", "HalfStorage", Function::storage, ElementType::f16},
                              {"torch", "BFloat16Storage", Function::storage, ElementType::bf16},
                              {"torch", "FloatStorage", Function::storage, ElementType::f32},
                              {"torch", "DoubleStorage", Function::storage, ElementType::f64},
                              {"torch", "CharStorage", Function::storage, ElementType::i8},
                              {"torch", "ByteStorage", Function::storage, ElementType::u8},
                              {"torch", "BoolStorage", Function::storage, ElementType::boolean},
                              {"torch", "ShortStorage", Function::storage, ElementType::i16},
                              {"torch", "IntStorage", Function::storage, ElementType::i32},
                              {"torch", "LongStorage", Function::storage, ElementType::i64},
                              {"collections", "defaultdict", Function::default_dict}};

/// Globals that a checkpoint may contain beside tensors. They, and what their calls return, are ignored.
struct InertGlobal {
  std::string_view module, names;
};
constexpr InertGlobal inert_globals[] = {
    {"torch", " Size device float16 bfloat16 float32 float64 int8 uint8 int16 int32 int64 bool "},
    {"collections", " Counter "},
    {"builtins", " set list dict int float "},
    {"__builtin__", " set list dict int float "}};

bool is_inert(std::string_view module, std::string_view name) {
  const std::string word = " " + std::string(name) + " ";
  return std::ranges::any_of(inert_globals, [&](const InertGlobal& global) {
    return module == global.module && global.names.find(word) != std::string_view::npos;
  });
}

[[noreturn]] void refuse_object(const std::string& got) { throw ValueError(got); }

const Global& global_of(const PickleValue& value) {
  static constexpr Global inert{"", "", Function::inert};
  const auto index = static_cast<std::size_t>(value.number);
  return index < std::size(globals) ? globals[index] : inert;
}

std::optional<std::size_t> size_of(const PickleValue& value) {
  if (value.kind != PickleValue::Kind::integer || !value.text.empty() || value.number < 0) return std::nullopt;
  return static_cast<std::size_t>(value.number);
}

/// Returns the key of a dict as a part of a name.
std::string name_of(const PickleValue& key) {
  if (key.kind == PickleValue::Kind::text) return std::string(key.text);
  if (key.kind != PickleValue::Kind::integer) refuse_object("a dict with a key that is no text or integer");
  return std::to_string(key.number);
}

}  // namespace

PickleValue StateDictUnpickler::find_global(std::string_view module, std::string_view name) {
  for (std::size_t i = 0; i < std::size(globals); ++i)
    if (module == globals[i].module && name == globals[i].name) return {Kind::global, static_cast<std::int64_t>(i)};
  if (is_inert(module, name)) return {Kind::global, static_cast<std::int64_t>(std::size(globals))};
  if (module == "__torch__" || module.starts_with("__torch__."))
    refuse_object("a TorchScript file. Save the state_dict() of its model");
  refuse_object(format_text("a pickle that contains {}.{}. Save the state_dict() of the model alone", shown(module),
                            shown(name)));
}

PickleValue StateDictUnpickler::call(const PickleValue& callable, const PickleValue& arguments) {
  const Items& values = items(arguments);
  switch (global_of(callable).function) {
    case Function::ordered_dict:
      return make_ordered_dict(values);
    case Function::rebuild_tensor:
      return make_tensor(values);
    case Function::rebuild_parameter:
      if (values.empty() || values[0].kind != Kind::tensor) refuse_object("a parameter without a tensor");
      return values[0];
    case Function::default_dict:  // of an inert type; its items follow
      return make_container(Kind::dict, {});
    case Function::inert:
      return {};
    default:
      refuse_object("a pickle that makes a storage");
  }
}

/// OrderedDict(), or OrderedDict([[key, value], ...]) of Python 2.
PickleValue StateDictUnpickler::make_ordered_dict(const Items& arguments) {
  Items pairs;
  if (!arguments.empty()) {
    if (arguments[0].kind != Kind::list) refuse_object("a dict of an object that is no list");
    const Items& list = items(arguments[0]);
    charge(list.size());
    for (const PickleValue& pair : list) {
      const bool is_pair = (pair.kind == Kind::list || pair.kind == Kind::tuple) && items(pair).size() == 2;
      if (!is_pair) refuse_object("a dict with an item that is no pair");
      pairs.insert(pairs.end(), items(pair).begin(), items(pair).end());
    }
  }
  return make_container(Kind::dict, std::move(pairs));
}

/// _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks).
PickleValue StateDictUnpickler::make_tensor(const Items& arguments) {
  const bool valid = arguments.size() >= 4 && arguments[0].kind == Kind::storage && size_of(arguments[1]) &&
                     arguments[2].kind == Kind::tuple && arguments[3].kind == Kind::tuple;
  if (!valid) refuse_object("a tensor without storage, offset, size and stride");
  const Items &sizes = items(arguments[2]), &strides = items(arguments[3]);
  if (sizes.size() != strides.size() || sizes.size() > max_axes)
    refuse_object(format_text("a tensor of {} axes and {} strides", sizes.size(), strides.size()));
  PickledTensor tensor{storage_keys_[static_cast<std::size_t>(arguments[0].number)], *size_of(arguments[1]), {}, {}};
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    const auto size = size_of(sizes[axis]), stride = size_of(strides[axis]);
    if (!size || !stride) refuse_object("a tensor with a size or stride that is no positive integer");
    tensor.shape.push_back(*size);
    tensor.strides.push_back(*stride);
  }
  tensors_.push_back(std::move(tensor));
  return {Kind::tensor, static_cast<std::int64_t>(tensors_.size() - 1)};
}

/// ("storage", type, key, location, number of elements), in the older format followed by None.
PickleValue StateDictUnpickler::load_persistent(const PickleValue& id) {
  const auto is_storage = [&](const Items& fields) {
    return fields.size() >= 5 && fields[0].text == "storage" && fields[1].kind == Kind::global &&
           global_of(fields[1]).function == Function::storage && fields[2].kind == Kind::text && size_of(fields[4]) &&
           (fields.size() == 5 || fields[5].kind == Kind::none);
  };
  if (id.kind != Kind::tuple || !is_storage(items(id))) refuse_object("a pickle with an invalid storage");
  const Items& fields = items(id);
  const PickledStorage storage{global_of(fields[1]).type, *size_of(fields[4])};
  const auto [known, added] = storages.emplace(fields[2].text, storage);
  if (known->second.type != storage.type || known->second.count != storage.count)
    refuse_object(format_text("two types or sizes of the storage {}", shown(fields[2].text)));
  storage_keys_.push_back(known->first);
  return {Kind::storage, static_cast<std::int64_t>(storage_keys_.size() - 1)};
}

std::pair<TensorEntry, TensorLocation> StateDictUnpickler::tensor(const PickleValue& value, std::string name) const {
  const PickledTensor& tensor = tensors_[static_cast<std::size_t>(value.number)];
  const PickledStorage& storage = storages.at(tensor.storage);
  const auto refuse_tensor = [&](const std::string& what) {
    refuse_object(format_text("{} {} {} {}", shown(name), to_string(storage.type), to_string(tensor.shape), what));
  };
  if (!storage.offset) refuse_tensor("without its storage in the file");
  const std::optional<std::size_t> bytes = byte_count(storage.type, tensor.shape);
  // A view with strides of 0 can be larger than the file.
  if (!bytes || *bytes > 64 * limit()) refuse_tensor("larger than the file");
  TensorLocation location{.offset = *storage.offset};
  if (*bytes != 0) {
    const std::optional<std::size_t> last = last_element(tensor.shape, tensor.strides);
    if (!last || tensor.first >= storage.count || *last >= storage.count - tensor.first)
      refuse_tensor(format_text("beyond the {} elements of its storage", storage.count));
    location.offset += tensor.first * element_size(storage.type);
    if (!is_row_major(tensor.shape, tensor.strides)) location.strides = tensor.strides;
  }
  return {TensorEntry{std::move(name), storage.type, tensor.shape}, std::move(location)};
}

namespace {

class Lister {
 public:
  explicit Lister(const StateDictUnpickler& unpickler) : unpickler_(unpickler) {}
  void add(const PickleValue& value, const std::string& name, std::size_t depth);

  TensorList list;

 private:
  const StateDictUnpickler& unpickler_;
  std::size_t visited_ = 0, name_bytes_ = 0;
};

void Lister::add(const PickleValue& value, const std::string& name, std::size_t depth) {
  using Kind = PickleValue::Kind;
  constexpr std::size_t deepest = 32, operations_per_tensor = 8;
  name_bytes_ += name.size();
  // Values can refer to one container many times.
  if (++visited_ > unpickler_.limit() || list.tensors.size() > unpickler_.limit() / operations_per_tensor ||
      name_bytes_ > 64 * unpickler_.limit())
    refuse_object("more names than a file of this size has");
  if (depth > deepest) refuse_object(format_text("containers nested more than {} deep", deepest));
  if (value.kind == Kind::tensor) {
    auto [tensor, location] = unpickler_.tensor(value, name);
    list.tensors.push_back(std::move(tensor));
    list.locations.push_back(std::move(location));
  }
  if (value.kind != Kind::dict && value.kind != Kind::list && value.kind != Kind::tuple) return;
  const std::vector<PickleValue>& items = unpickler_.items(value);
  const std::string prefix = name.empty() ? name : name + '.';
  const std::size_t step = value.kind == Kind::dict ? 2 : 1;
  for (std::size_t i = 0; i < items.size(); i += step)
    add(items[i + step - 1], prefix + (step == 2 ? name_of(items[i]) : std::to_string(i)), depth + 1);
}

}  // namespace

TensorList list_tensors(const StateDictUnpickler& unpickler, const PickleValue& value) {
  using Kind = PickleValue::Kind;
  if (value.kind == Kind::tensor) refuse_object("a tensor without a name");
  if (value.kind != Kind::dict && value.kind != Kind::list && value.kind != Kind::tuple)
    refuse_object("an object without tensors");
  Lister lister(unpickler);
  lister.add(value, {}, 0);
  return std::move(lister.list);
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
