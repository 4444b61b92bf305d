#pragma once

#include <minnow/core/state_visitor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// One value of a state: a constant, an integer, a real, or a tensor, which may have no shape.
struct SnapshotEntry {
  std::string name;
  std::variant<std::string, std::uint64_t, double, FixedTensor> value;
};

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
  explicit Snapshot(const Objects&... objects) {  // visit_state is not const, but this visitor only reads
    save([&](StateVisitor& visitor) { visit(visitor, const_cast<Objects&>(objects)...); });
  }

  /// A snapshot of entries that were read from a file; see load_checkpoint.
  explicit Snapshot(std::vector<SnapshotEntry> entries) : entries_(std::move(entries)) {}

  /// The values in the order of the visits. save_checkpoint writes them to a file.
  const std::vector<SnapshotEntry>& entries() const& { return entries_; }

  /// Restores the state of the objects, which are given in the order of the constructor. Throws Error, and changes no
  /// object, if an object has another type, other options or other shapes. The message names the first difference.
  template <Stateful... Objects>
  void restore(Objects&... objects) const {
    restore([&](StateVisitor& visitor) { visit(visitor, objects...); });
  }

  /// A snapshot of one object whose names have no number, and its restore: "2.weight" is the weight of child 2.
  template <Stateful T>
  static Snapshot of(const T& object) {
    Snapshot snapshot;
    snapshot.save([&](StateVisitor& visitor) { const_cast<T&>(object).visit_state(visitor); });
    return snapshot;
  }
  template <Stateful T>
  void restore_to(T& object) const {
    restore([&](StateVisitor& visitor) { object.visit_state(visitor); });
  }

 private:
  friend std::string first_difference(const Snapshot& a, const Snapshot& b);

  using VisitAll = std::function<void(StateVisitor&)>;
  using Entry = SnapshotEntry;
  class Saver;
  class Reader;
  class Checker;
  class Restorer;

  template <class... Objects>
  static void visit(StateVisitor& visitor, Objects&... objects) {
    std::size_t number = 0;
    (visitor.visit(std::to_string(number++), objects), ...);
  }

  void save(const VisitAll& visit_all);
  void restore(const VisitAll& visit_all) const;

  std::vector<Entry> entries_;
};

}  // namespace minnow::inline MINNOW_PRECISION
