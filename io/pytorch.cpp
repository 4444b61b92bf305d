// The formats: torch/serialization.py, _save and _legacy_save.

#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/state_dict.hpp>
#include <minnow/io/detail/zip_reader.hpp>
#include <minnow/io/pytorch.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace detail {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view legacy_magic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";  // 0x1950a86a20f9469cfc6c
constexpr std::int64_t legacy_protocol = 1001;

struct Contents {
  TensorList list;
  bool big_endian;
};

/// The entries of a zip file by name.
class Archive {
 public:
  explicit Archive(const Input& input) : entries_(read_zip_directory(input)) {
    for (const ZipEntry& entry : entries_) by_name_.emplace(entry.name, &entry);
    for (const ZipEntry& entry : entries_)
      if (is_pickle(entry.name)) root_ = entry.name.substr(0, entry.name.find('/') + 1);
  }

  static bool is_pickle(std::string_view name) { return name.substr(name.find('/') + 1) == "data.pkl"; }

  /// Returns the stored entry of this name in the root folder; null if there is none.
  const ZipEntry* find(std::string_view name) const {
    const auto found = by_name_.find(root_ + std::string(name));
    if (found == by_name_.end()) return nullptr;
    if (found->second->deflated) throw ValueError(format_text("the compressed entry {}", shown(name)));
    return found->second;
  }

 private:
  std::vector<ZipEntry> entries_;
  std::map<std::string_view, const ZipEntry*> by_name_;
  std::string root_;
};

Contents read_archive(const Input& input, const Archive& archive) {
  const ZipEntry* pickle = archive.find("data.pkl");
  if (pickle == nullptr) throw ValueError("a zip file without data.pkl");
  StateDictUnpickler unpickler(input, pickle->offset, pickle->offset + pickle->size);
  const PickleValue state_dict = unpickler.load();
  for (auto& [key, storage] : unpickler.storages) {
    const ZipEntry* entry = archive.find("data/" + std::string(key));
    if (entry == nullptr) throw ValueError(format_text("a zip file without the storage data/{}", shown(key)));
    if (entry->size / element_size(storage.type) != storage.count || entry->size % element_size(storage.type) != 0)
      throw ValueError(format_text("{} bytes for the {} elements {} of data/{}", entry->size, storage.count,
                                   to_string(storage.type), shown(key)));
    storage.offset = entry->offset;
  }
  const ZipEntry* order = archive.find("byteorder");
  char first = 0;
  if (order != nullptr && order->size != 0) input.read(order->offset, std::as_writable_bytes(std::span(&first, 1)));
  return {list_tensors(unpickler, state_dict), first == 'b'};
}

/// Returns false if the dict of system information has little_endian = False.
bool is_little_endian(const StateDictUnpickler& unpickler, const PickleValue& system) {
  if (system.kind != Kind::dict) throw ValueError("no dict of system information");
  const std::vector<PickleValue>& items = unpickler.items(system);
  for (std::size_t i = 0; i < items.size(); i += 2)
    if (items[i].text == "little_endian" && items[i + 1].kind == Kind::boolean) return items[i + 1].number != 0;
  return true;
}

/// Sets the offsets of the storages, which follow the list of their keys: the number of elements, then the elements.
void find_legacy_storages(const Input& input, StateDictUnpickler& unpickler, const PickleValue& keys) {
  if (keys.kind != Kind::list) throw ValueError("no list of storages");
  std::size_t position = unpickler.position();
  for (const PickleValue& key : unpickler.items(keys)) {
    const auto found = unpickler.storages.find(key.text);
    if (found == unpickler.storages.end() || found->second.offset)
      throw ValueError(format_text("an unused storage {}", shown(key.text)));
    PickledStorage& storage = found->second;
    std::uint64_t count = 0;
    if (input.size() - position < sizeof count) throw ValueError("a file that is cut off");
    input.read(position, std::as_writable_bytes(std::span(&count, 1)));
    position += sizeof count;
    if (count != storage.count || count > (input.size() - position) / element_size(storage.type))
      throw ValueError(format_text("{} elements {} of the storage {} where {} bytes are left", storage.count,
                                   to_string(storage.type), shown(key.text), input.size() - position));
    storage.offset = position;
    position += count * element_size(storage.type);
  }
}

Contents read_legacy(const Input& input) {
  StateDictUnpickler unpickler(input, 0, input.size());
  if (unpickler.load().text != legacy_magic || unpickler.load().number != legacy_protocol)
    throw ValueError("another pickle");
  const bool little_endian = is_little_endian(unpickler, unpickler.load());
  const PickleValue state_dict = unpickler.load();
  find_legacy_storages(input, unpickler, unpickler.load());
  return {list_tensors(unpickler, state_dict), !little_endian};
}

Contents read_contents(const Input& input) {
  char first[2] = {};
  if (input.size() >= sizeof first) input.read(0, std::as_writable_bytes(std::span(first)));
  if (first[0] == 'P' && first[1] == 'K') return read_archive(input, Archive(input));
  if (first[0] == '\x80') return read_legacy(input);
  throw ValueError("another file");
}

}  // namespace

bool is_pytorch_archive(const std::vector<ZipEntry>& entries) {
  return std::ranges::any_of(entries, Archive::is_pickle, &ZipEntry::name);
}

TensorFile open_pytorch(Input input) {
  try {
    Contents contents = read_contents(input);
    for (TensorLocation& location : contents.list.locations) location.big_endian = contents.big_endian;
    return TensorFile(std::move(input), std::move(contents.list.tensors), std::move(contents.list.locations));
  } catch (const ValueError& error) {
    refuse_file(input.name(), format_text("expected a state dict of tensors from torch.save, got {}.", error.what()));
  }
}

}  // namespace detail

PyTorchReader::PyTorchReader(const std::filesystem::path& path)
    : TensorReader(detail::open_pytorch(detail::Input(path))) {}
PyTorchReader::PyTorchReader(std::span<const std::byte> bytes)
    : TensorReader(detail::open_pytorch(detail::Input(bytes))) {}

}  // namespace minnow::inline MINNOW_PRECISION
