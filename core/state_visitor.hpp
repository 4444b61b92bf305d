#pragma once

#include <minnow/core/fixed_tensor.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION {

class StateVisitor;

/// A class that lists what it stores between steps: Layer, Optimizer, EMA, ReduceLROnPlateau, DataLoader, Rng.
template <class T>
concept Stateful = requires(T& object, StateVisitor& visitor) {
  object.visit_state(visitor);
};

/// Visits everything that a continued training run needs. An object passes its members to the visitor by name, in a
/// fixed order, in one function:
///   void visit_state(StateVisitor& visitor) {
///     visitor.constant("type", "SGD");
///     visitor.visit("steps", steps_);
///   }
/// A visitor reads the members, to save or compare them, or writes them, to restore them. See Snapshot.
class MINNOW_API StateVisitor {
 public:
  virtual ~StateVisitor();

  /// Returns true if visit() writes the members. An object can then update the data that it derives from its members.
  virtual bool writes() const { return false; }

  /// Returns true if the visitor needs neither constants nor the tensors of Layer::state(). A layer then visits only
  /// the rest, such as random streams, and allocates nothing.
  virtual bool skips_layer_state() const { return false; }

  /// Visits a value that must be equal in the saved and the restored object: a type, an option, a count. A restore
  /// compares it and never writes it.
  void constant(std::string_view name, std::string_view value) { do_constant(full(name), value); }

  /// Visits a member. A tensor must not be a local variable of visit_state: StateView keeps its address.
  void visit(std::string_view name, std::uint64_t& value) { do_visit(full(name), value); }
  void visit(std::string_view name, double& value) { do_visit(full(name), value); }
  void visit(std::string_view name, FixedTensor& tensor) { do_visit(full(name), tensor); }

  /// Visits a tensor that has no shape before its first use, and has `shape` after it.
  void visit(std::string_view name, FixedTensor& tensor, const Shape& shape) { do_visit(full(name), tensor, shape); }

  /// Visits the members of a part. Their names get `name` and a dot as prefix.
  template <Stateful T>
  void visit(std::string_view name, T& part) {
    const std::size_t length = prefix_.size();
    prefix_.append(name) += '.';
    part.visit_state(*this);
    prefix_.resize(length);
  }

 protected:
  virtual void do_constant(const std::string& name, std::string_view value) = 0;
  virtual void do_visit(const std::string& name, std::uint64_t& value) = 0;
  virtual void do_visit(const std::string& name, double& value) = 0;
  virtual void do_visit(const std::string& name, FixedTensor& tensor) = 0;
  virtual void do_visit(const std::string& name, FixedTensor& tensor, const Shape& shape) = 0;

 private:
  const std::string& full(std::string_view name) { return name_.assign(prefix_).append(name); }

  std::string prefix_,
      name_;  // name_: of the current member; kept, so that a visitor that is used again allocates nothing
};

}  // namespace minnow::inline MINNOW_PRECISION
