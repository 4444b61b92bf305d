#pragma once

#include <minnow/io/detail/input.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// An object of a pickle. Objects are not copied: several values may refer to one list.
struct PickleValue {
  enum class Kind : std::uint8_t { none, boolean, integer, real, text, tuple, list, dict, global, storage, tensor };
  Kind kind = Kind::none;
  std::int64_t number = 0;  // of a boolean or integer; the index of a container, or of an object of the derived class
  std::string_view text{};  // of a text; the bytes of an integer of more than 64 bits
};

/// Reads Python's pickle format (Lib/pickletools.py), protocols 2 to 5. Executes nothing: a derived class decides which
/// globals exist, and what their calls return. Throws ValueError with the reason for every other global and opcode.
/// Memory is bounded by a limit on the number of opcodes; nothing is recursive.
class Unpickler {
 public:
  using Kind = PickleValue::Kind;

  /// Reads the bytes [begin, end) of the input.
  Unpickler(const Input& input, std::size_t begin, std::size_t end);
  virtual ~Unpickler();

  /// Reads one pickle, from position() on.
  PickleValue load();

  /// Returns the offset of the next byte in the input.
  std::size_t position() const { return position_; }

  /// The items of a tuple or a list; keys and values of a dict in turn.
  const std::vector<PickleValue>& items(const PickleValue& container) const;

  /// The number of opcodes that a file of this size may have, and the number of objects that it may list.
  std::size_t limit() const { return limit_; }

 protected:
  using Items = std::vector<PickleValue>;

  virtual PickleValue find_global(std::string_view module, std::string_view name) = 0;
  virtual PickleValue call(const PickleValue& callable, const PickleValue& arguments) = 0;
  virtual PickleValue load_persistent(const PickleValue& id) = 0;

  /// Counts operations of a call. Throws ValueError if the limit is exceeded.
  void charge(std::size_t operations);

  PickleValue make_container(Kind kind, Items items);

 private:
  bool load_constant(std::uint8_t opcode);
  bool load_container(std::uint8_t opcode);
  bool load_object(std::uint8_t opcode);
  bool use_memo(std::uint8_t opcode);

  std::uint8_t read_byte();
  std::uint64_t read_number(std::size_t bytes);
  std::string_view read_text(std::uint64_t length);
  std::string_view read_line();
  void load_integer(std::size_t bytes);

  void push(PickleValue value) { stack_.push_back(value); }
  void push(Kind kind, std::int64_t number = 0) { stack_.push_back({kind, number}); }
  void check_objects(std::size_t count) const;
  PickleValue pop();
  Items pop_to_mark();
  Items& top(Kind kind);
  Items pop_count(std::size_t count);

  const Input& input_;
  std::size_t position_, end_, limit_, opcodes_ = 0;
  std::string buffer_;  // a part of the input
  std::size_t next_ = 0;
  std::vector<PickleValue> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack
  std::map<std::uint32_t, PickleValue> memo_;
  std::deque<std::string> texts_;
  std::vector<Items> containers_;
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
