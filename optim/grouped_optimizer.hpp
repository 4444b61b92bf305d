#pragma once

#include <minnow/core/error.hpp>
#include <minnow/optim/optimizer.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// Parameters that share options, as a parameter group of torch.optim.
template <class Options>
struct ParameterGroup {
  std::vector<NamedTensor> parameters;
  Options options = {};
};
template <class Options>
using ParameterGroups = std::vector<ParameterGroup<Options>>;

/// Base class of the optimizers that have Options for each group of parameters. Options has a learning_rate, and a
/// momentum or beta1.
template <class Options>
class MINNOW_API GroupedOptimizer : public Optimizer {
 public:
  /// Returns the options of a group, with its current rates. Throws ValueError if the group does not exist.
  const Options& options(std::size_t group = 0) const { return groups_[checked(group)].options; }

  /// Sets the current and the initial learning rate of every group, or of one group. Throws ValueError if the rate is
  /// negative or not finite.
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
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      Group& group = groups_[i];
      const std::string prefix = group_prefix(i);
      visitor.constant(prefix + "parameters", std::to_string(std::count(group_of_.begin(), group_of_.end(), i)));
      visitor.visit(prefix + "learning_rate", group.options.learning_rate);
      visitor.visit(prefix + "momentum_or_beta1", momentum(group.options));
      visitor.visit(prefix + "initial_learning_rate", group.initial.learning_rate);
      visitor.visit(prefix + "initial_momentum_or_beta1", group.initial.momentum);
    }
  }

 protected:
  /// Throws ValueError, naming `who`, if an option is out of range.
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

  /// Prefix of the names of a group's state: "group.0.".
  static std::string group_prefix(std::size_t group) { return "group." + std::to_string(group) + '.'; }

  /// Options of the group that contains parameter `index`.
  const Options& options_of(std::size_t index) const { return groups_[group_of_[index]].options; }

 private:
  struct Group {
    std::string who;  // stored, so that the checks of a schedule's rates allocate nothing
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
    throw ValueError(name_ + (": expected a group index below " + std::to_string(groups_.size())) + ", got " +
                     std::to_string(group) + ".");
  }

  const char* name_;
  Check check_;
  std::vector<Group> groups_;
  std::vector<std::size_t> group_of_;  // one per parameter
};

}  // namespace minnow::inline MINNOW_PRECISION
