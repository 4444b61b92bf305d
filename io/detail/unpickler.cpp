#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/pickle_opcodes.hpp>
#include <minnow/io/detail/unpickler.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 14;

// An opcode of one byte allocates up to 160 bytes. A pickle of PyTorch has fewer than 50 opcodes per tensor.
constexpr std::size_t least_limit = std::size_t{1} << 18, bytes_per_opcode = 16;

[[noreturn]] void refuse_pickle(const std::string& got) { throw ValueError("a pickle " + got); }

[[noreturn]] void refuse_opcode(std::uint8_t opcode) {
  for (const operation::Name& other : operation::others)
    if (other.opcode == opcode) refuse_pickle(format_text("with the operation {}", other.name));
  refuse_pickle(format_text("with the unknown operation {:#04x}", opcode));
}

}  // namespace

Unpickler::Unpickler(const Input& input, std::size_t begin, std::size_t end)
    : input_(input), position_(begin), end_(end), limit_(std::max(least_limit, input.size() / bytes_per_opcode)) {}

Unpickler::~Unpickler() = default;

PickleValue Unpickler::load() {
  stack_.clear();
  marks_.clear();
  memo_.clear();
  for (;;) {
    charge(1);
    const std::uint8_t opcode = read_byte();
    if (opcode == operation::stop) return pop();
    if (!load_constant(opcode) && !load_container(opcode) && !load_object(opcode) && !use_memo(opcode))
      refuse_opcode(opcode);
  }
}

void Unpickler::charge(std::size_t operations) {
  opcodes_ += operations;
  if (opcodes_ > limit_) refuse_pickle(format_text("of more than {} operations", limit_));
}

bool Unpickler::load_constant(std::uint8_t opcode) {
  switch (opcode) {
    case operation::proto:
      return read_byte(), true;
    case operation::frame:
      return read_number(8), true;
    case operation::none:
      return push(Kind::none), true;
    case operation::newtrue:
    case operation::newfalse:
      return push(Kind::boolean, opcode == operation::newtrue), true;
    case operation::binint:
      return push(Kind::integer, std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(read_number(4)))), true;
    case operation::binint1:
      return push(Kind::integer, read_byte()), true;
    case operation::binint2:
      return push(Kind::integer, static_cast<std::int64_t>(read_number(2))), true;
    case operation::long1:
      return load_integer(read_byte()), true;
    case operation::binfloat:
      return read_number(8), push(Kind::real), true;
    case operation::short_binstring:
    case operation::short_binunicode:
      return push({Kind::text, 0, read_text(read_byte())}), true;
    case operation::binstring:
    case operation::binunicode:
      return push({Kind::text, 0, read_text(read_number(4))}), true;
    case operation::binunicode8:
      return push({Kind::text, 0, read_text(read_number(8))}), true;
    default:
      return false;
  }
}

/// Pushes a little-endian integer in two's complement.
void Unpickler::load_integer(std::size_t bytes) {
  if (bytes > 8) return push({Kind::integer, 0, read_text(bytes)});
  const auto unused = static_cast<int>(8 * (8 - bytes));
  const std::uint64_t bits = read_number(bytes);
  push(Kind::integer, bytes == 0 ? 0 : std::bit_cast<std::int64_t>(bits << unused) >> unused);
}

bool Unpickler::load_container(std::uint8_t opcode) {
  switch (opcode) {
    case operation::mark:
      return marks_.push_back(stack_.size()), true;
    case operation::empty_tuple:
      return push(make_container(Kind::tuple, {})), true;
    case operation::empty_list:
      return push(make_container(Kind::list, {})), true;
    case operation::empty_dict:
      return push(make_container(Kind::dict, {})), true;
    case operation::tuple:
      return push(make_container(Kind::tuple, pop_to_mark())), true;
    case operation::tuple1:
    case operation::tuple2:
    case operation::tuple3:
      return push(make_container(Kind::tuple, pop_count(opcode - operation::tuple1 + std::size_t{1}))), true;
    case operation::append:
    case operation::appends: {
      const Items added = opcode == operation::append ? pop_count(1) : pop_to_mark();
      Items& list = top(Kind::list);
      return list.insert(list.end(), added.begin(), added.end()), true;
    }
    case operation::setitem:
    case operation::setitems: {
      const Items added = opcode == operation::setitem ? pop_count(2) : pop_to_mark();
      if (added.size() % 2 != 0) refuse_pickle("with a key without a value");
      Items& dict = top(Kind::dict);
      return dict.insert(dict.end(), added.begin(), added.end()), true;
    }
    default:
      return false;
  }
}

bool Unpickler::load_object(std::uint8_t opcode) {
  switch (opcode) {
    case operation::global: {
      const std::string_view module = read_line();
      return push(find_global(module, read_line())), true;
    }
    case operation::stack_global: {
      const PickleValue name = pop(), module = pop();
      if (module.kind != Kind::text || name.kind != Kind::text) refuse_pickle("with a global without a name");
      return push(find_global(module.text, name.text)), true;
    }
    case operation::reduce: {
      const PickleValue arguments = pop(), callable = pop();
      if (callable.kind != Kind::global || arguments.kind != Kind::tuple)
        refuse_pickle("that calls an object that is no function");
      return push(call(callable, arguments)), true;
    }
    case operation::binpersid:
      return push(load_persistent(pop())), true;
    case operation::build:  // the attributes of an OrderedDict: the versions of the layers
      pop();
      return top(Kind::dict), true;
    default:
      return false;
  }
}

bool Unpickler::use_memo(std::uint8_t opcode) {
  const auto get = [&](std::uint64_t index) {
    const auto found = memo_.find(static_cast<std::uint32_t>(index));
    if (found == memo_.end()) refuse_pickle(format_text("that reads the unset memo {}", index));
    push(found->second);
    return true;
  };
  const auto put = [&](std::uint64_t index) {
    check_objects(1);
    memo_[static_cast<std::uint32_t>(index)] = stack_.back();
    return true;
  };
  switch (opcode) {
    case operation::binget:
      return get(read_byte());
    case operation::long_binget:
      return get(read_number(4));
    case operation::binput:
      return put(read_byte());
    case operation::long_binput:
      return put(read_number(4));
    case operation::memoize:
      return put(memo_.size());
    default:
      return false;
  }
}

std::uint8_t Unpickler::read_byte() {
  if (next_ == buffer_.size()) {
    if (position_ == end_) refuse_pickle("that is cut off");
    buffer_.resize(std::min(buffer_bytes, end_ - position_));
    input_.read(position_, std::as_writable_bytes(std::span(buffer_)));
    next_ = 0;
  }
  ++position_;
  return static_cast<std::uint8_t>(buffer_[next_++]);
}

std::uint64_t Unpickler::read_number(std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number |= std::uint64_t{read_byte()} << (8 * i);
  return number;
}

std::string_view Unpickler::read_text(std::uint64_t length) {
  if (length > end_ - position_) refuse_pickle(format_text("with a text of {} bytes beyond its end", length));
  std::string& text = texts_.emplace_back(length, '\0');
  const std::size_t buffered = std::min<std::size_t>(length, buffer_.size() - next_);
  std::memcpy(text.data(), buffer_.data() + next_, buffered);
  next_ += buffered;
  input_.read(position_ + buffered, std::as_writable_bytes(std::span(text).subspan(buffered)));
  position_ += length;
  return text;
}

std::string_view Unpickler::read_line() {
  constexpr std::size_t longest = 1000;
  std::string& line = texts_.emplace_back();
  for (char c; (c = static_cast<char>(read_byte())) != '\n'; line += c)
    if (line.size() == longest) refuse_pickle(format_text("with a name of more than {} bytes", longest));
  return line;
}

const std::vector<PickleValue>& Unpickler::items(const PickleValue& container) const {
  return containers_[static_cast<std::size_t>(container.number)];
}

PickleValue Unpickler::make_container(Kind kind, Items items) {
  containers_.push_back(std::move(items));
  return {kind, static_cast<std::int64_t>(containers_.size() - 1)};
}

void Unpickler::check_objects(std::size_t count) const {
  if (stack_.size() < (marks_.empty() ? 0 : marks_.back()) + count) refuse_pickle("that uses more objects than it has");
}

PickleValue Unpickler::pop() {
  check_objects(1);
  const PickleValue value = stack_.back();
  stack_.pop_back();
  return value;
}

Unpickler::Items Unpickler::pop_count(std::size_t count) {
  check_objects(count);
  const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
  Items values(first, stack_.end());
  stack_.erase(first, stack_.end());
  return values;
}

Unpickler::Items Unpickler::pop_to_mark() {
  if (marks_.empty()) refuse_pickle("with a list without a beginning");
  Items values = pop_count(stack_.size() - marks_.back());
  marks_.pop_back();
  return values;
}

Unpickler::Items& Unpickler::top(Kind kind) {
  check_objects(1);
  const PickleValue value = stack_.back();
  if (value.kind != kind) refuse_pickle("that adds items to an object that is no list or dict");
  return containers_[static_cast<std::size_t>(value.number)];
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
