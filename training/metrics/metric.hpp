#pragma once

#include <minnow/core/state_visitor.hpp>
#include <minnow/core/tensor.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// A value that accumulates batches: add(scores, targets) adds a batch, and value() returns the measure of all of them.
template <class T>
concept MetricAccumulator = std::copyable<T> && requires(T accumulator, const T& finished, const Tensor& tensor) {
  accumulator.add(tensor, tensor);
  { finished.value() } -> std::convertible_to<double>;
};

/// A measure of how good a model's outputs are, for `fit` and `evaluate`: a name and an accumulator.
///   Metric("top-3", TopKAccuracy(3))
/// A metric is a value: a copy accumulates on its own. `fit` and `evaluate` use copies, and leave yours unchanged.
class MINNOW_API Metric {
 public:
  template <MetricAccumulator T>
  Metric(std::string name, T accumulator)
      : name_(std::move(name)), accumulator_(std::make_unique<Holder<T>>(std::move(accumulator))) {}

  Metric(const Metric& other) : name_(other.name_), accumulator_(other.accumulator_->clone()) {}
  Metric(Metric&&) noexcept = default;
  Metric& operator=(const Metric& other);  // allocates nothing if the accumulators are of the same type
  Metric& operator=(Metric&&) noexcept = default;
  ~Metric() = default;

  const std::string& name() const { return name_; }

  /// Adds a batch: the outputs of the model and the targets.
  void add(const Tensor& scores, const Tensor& targets) { accumulator_->add(scores, targets); }

  /// Returns the measure of all batches so far.
  double value() const { return accumulator_->value(); }

  /// Returns true if the accumulator is Stateful: it has visit_state. A checkpoint inside an epoch needs it.
  bool has_state() const { return accumulator_->has_state(); }

  /// Visits what the accumulator stores, if it has_state().
  void visit_state(StateVisitor& visitor) { accumulator_->visit_state(visitor); }

 private:
  struct MINNOW_API Accumulator {
    virtual ~Accumulator();
    virtual std::unique_ptr<Accumulator> clone() const = 0;
    virtual bool assign(const Accumulator& other) = 0;  // returns false if `other` is of another type
    virtual void add(const Tensor& scores, const Tensor& targets) = 0;
    virtual double value() const = 0;
    virtual bool has_state() const = 0;
    virtual void visit_state(StateVisitor& visitor) = 0;
  };

  template <class T>
  struct Holder final : Accumulator {
    explicit Holder(T accumulator_) : accumulator(std::move(accumulator_)) {}
    std::unique_ptr<Accumulator> clone() const override { return std::make_unique<Holder>(accumulator); }
    bool assign(const Accumulator& other) override {
      const auto* same = dynamic_cast<const Holder*>(&other);
      if (same != nullptr) accumulator = same->accumulator;
      return same != nullptr;
    }
    void add(const Tensor& scores, const Tensor& targets) override { accumulator.add(scores, targets); }
    double value() const override { return static_cast<double>(accumulator.value()); }
    bool has_state() const override { return Stateful<T>; }
    void visit_state([[maybe_unused]] StateVisitor& visitor) override {
      if constexpr (Stateful<T>) accumulator.visit_state(visitor);
    }
    T accumulator;
  };

  std::string name_;
  std::unique_ptr<Accumulator> accumulator_;
};

}  // namespace minnow::inline MINNOW_PRECISION
