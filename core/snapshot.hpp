#pragma once

#include <minnow/core/state_view.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

class Snapshot;

/// Returns the name of the first entry that differs in any bit, or an empty text. "0.2.weight" is the weight of child 2
/// of object 0.
MINNOW_API std::string first_difference(const Snapshot& a, const Snapshot& b);

/// A copy in memory of the state of objects: the state of a training run between two steps.
///   const Snapshot snapshot(model, optimizer, ema, loader);
///   ...
///   snapshot.restore(model, optimizer, ema, loader);  // these objects, or others built in the same way
/// Gradients, `Parameter::trainable` and functions are not part of it. A program sets frozen parameters, schedules and
/// callbacks again before it restores. A restore makes the gradients stale.
class MINNOW_API Snapshot {
 public:
  template <Stateful... Objects>
  explicit Snapshot(const Objects&... objects) : Snapshot(StateView(objects...)) {}

  /// Copies the values of a view.
  explicit Snapshot(const StateView& view);

  /// One value: a constant, an integer, a real, or a tensor, which may have no shape.
  struct Entry {
    std::string name;
    std::variant<std::string, std::uint64_t, double, FixedTensor> value;
  };

  /// A snapshot of entries that were read from a file; see load_checkpoint.
  explicit Snapshot(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  /// The values in the order of the visits.
  const std::vector<Entry>& entries() const& { return entries_; }

  /// Returns a view of this snapshot, which must outlive it.
  StateView view() const&;

  /// Restores the state of the objects, which are given in the order of the constructor. Throws Error, and changes no
  /// object, if an object has another type, other options or other shapes. The message names the first difference.
  template <Stateful... Objects>
  void restore(Objects&... objects) const {
    restore([&](StateVisitor& visitor) { visit(visitor, objects...); });
  }

  /// Restores the state of one object, from a snapshot of StateView::of(object).
  template <Stateful T>
  void restore_to(T& object) const {
    restore([&](StateVisitor& visitor) { object.visit_state(visitor); });
  }

 private:
  friend std::string first_difference(const Snapshot& a, const Snapshot& b);

  using VisitAll = std::function<void(StateVisitor&)>;
  class Reader;
  class Checker;
  class Restorer;

  template <class... Objects>
  static void visit(StateVisitor& visitor, Objects&... objects) {
    std::size_t number = 0;
    (visitor.visit(std::to_string(number++), objects), ...);
  }

  void restore(const VisitAll& visit_all) const;

  std::vector<Entry> entries_;
};

}  // namespace minnow::inline MINNOW_PRECISION
