#pragma once

#include <minnow/core/state_visitor.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The state of objects, read without a copy of their tensors. It is valid as long as the objects exist and do not
/// change. save_checkpoint writes it to a file.
class MINNOW_API StateView {
 public:
  /// One value: a constant, an integer, a real, or a tensor, which may have no shape.
  struct Entry {
    std::string name;
    std::variant<std::string, std::uint64_t, double, const FixedTensor*> value;
  };

  /// The names begin with the number of the object: "0.2.weight" is the weight of child 2 of object 0.
  template <Stateful... Objects>
  explicit StateView(const Objects&... objects) {
    visit_objects([&](StateVisitor& visitor) {
      std::size_t number = 0;
      (visitor.visit(std::to_string(number++), const_cast<Objects&>(objects)), ...);
    });
  }

  /// The state of one object. The names have no number: "2.weight".
  template <Stateful T>
  static StateView of(const T& object) {
    StateView view;
    view.visit_objects([&](StateVisitor& visitor) { const_cast<T&>(object).visit_state(visitor); });
    return view;
  }

  /// A view of entries whose tensors exist elsewhere.
  explicit StateView(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  /// The values in the order of the visits.
  const std::vector<Entry>& entries() const& { return entries_; }

 private:
  /// visit_state is not const, but this visitor only reads.
  void visit_objects(const std::function<void(StateVisitor&)>& visit_all);

  std::vector<Entry> entries_;
};

}  // namespace minnow::inline MINNOW_PRECISION
