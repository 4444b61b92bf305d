#pragma once

#include <minnow/core/error.hpp>
#include <minnow/optim/optimizer.hpp>

#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// Parameters with options of their own: torch.optim's parameter groups.
template <class Options>
struct ParameterGroup {
  std::vector<NamedTensor> parameters;
  Options options = {};
};
template <class Options>
using ParameterGroups = std::vector<ParameterGroup<Options>>;

/// What optimizers share that have Options for each group of parameters: a learning_rate, and a momentum or beta1.
template <class Options>
class MINNOW_API GroupedOptimizer : public Optimizer {
 public:
  /// Of a group, with the rates as they are now. Throws ValueError for a group that is not there.
  const Options& options(std::size_t group = 0) const { return groups_[checked(group)].options; }

  /// Gives every group this rate, for a schedule to start from as well. Throws ValueError when negative or not finite.
  void set_learning_rate(double learning_rate) {
    for (std::size_t group = 0; group < num_groups(); ++group) set_learning_rate(learning_rate, group);
  }
  void set_learning_rate(double learning_rate, std::size_t group) {
    set_initial_rates(group, {learning_rate, initial_rates(group).momentum});
  }

  std::size_t num_groups() const final { return groups_.size(); }
  Rates rates(std::size_t group = 0) const final { return rates_of(options(group)); }
  Rates initial_rates(std::size_t group = 0) const final { return groups_[checked(group)].initial; }
  void set_rates(std::size_t group, const Rates& rates) final {
    Options changed = options(group);
    changed.learning_rate = rates.learning_rate;
    momentum(changed) = rates.momentum;
    check_(groups_[group].who, changed);
    groups_[group].options = changed;
  }
  void set_initial_rates(std::size_t group, const Rates& rates) final {
    set_rates(group, rates);
    groups_[group].initial = rates;
  }

  void visit_state(StateVisitor& visitor) override {
    visitor.constant("type", name_);
    Optimizer::visit_state(visitor);
    for (Group& group : groups_) {
      visitor.visit("learning_rate", group.options.learning_rate);
      visitor.visit("momentum_or_beta1", momentum(group.options));
      visitor.visit("initial_learning_rate", group.initial.learning_rate);
      visitor.visit("initial_momentum_or_beta1", group.initial.momentum);
    }
  }

 protected:
  /// Throws ValueError, naming `who`, when the options make no sense.
  using Check = void (*)(const std::string& who, const Options& options);

  // The options are checked before the base class claims the parameters.
  GroupedOptimizer(const char* name, const ParameterGroups<Options>& groups, Check check)
      : Optimizer((check_all(name, groups, check), all_parameters(groups))), name_(name), check_(check) {
    for (const ParameterGroup<Options>& group : groups) {
      group_of_.insert(group_of_.end(), group.parameters.size(), groups_.size());
      groups_.push_back({who(name, groups_.size(), groups.size()), group.options, rates_of(group.options)});
    }
  }

  const char* name() const { return name_; }

  /// Those of parameter number `index`.
  const Options& options_of(std::size_t index) const { return groups_[group_of_[index]].options; }

 private:
  struct Group {
    std::string who;  // made once, so that a schedule's checks allocate nothing
    Options options;
    Rates initial;
  };

  template <class O>
  static auto& momentum(O& options) {
    if constexpr (requires { options.beta1; })
      return options.beta1;
    else
      return options.momentum;
  }
  static Rates rates_of(const Options& options) { return {options.learning_rate, momentum(options)}; }

  static std::string who(const char* name, std::size_t group, std::size_t groups) {
    return groups == 1 ? name : name + (", group " + std::to_string(group));
  }
  static void check_all(const char* name, const ParameterGroups<Options>& groups, Check check) {
    for (std::size_t i = 0; i < groups.size(); ++i) check(who(name, i, groups.size()), groups[i].options);
  }
  static std::vector<NamedTensor> all_parameters(const ParameterGroups<Options>& groups) {
    std::vector<NamedTensor> all;
    for (const ParameterGroup<Options>& group : groups)
      all.insert(all.end(), group.parameters.begin(), group.parameters.end());
    return all;
  }
  std::size_t checked(std::size_t group) const {
    if (group < groups_.size()) return group;
    throw ValueError(name_ + (": expected a group below " + std::to_string(groups_.size())) + ", got " +
                     std::to_string(group) + ".");
  }

  const char* name_;
  Check check_;
  std::vector<Group> groups_;
  std::vector<std::size_t> group_of_;  // one per parameter
};

}  // namespace minnow::inline MINNOW_PRECISION
