#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

Snapshot::Snapshot(const StateView& view) {
  for (const StateView::Entry& entry : view.entries())
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_pointer_v<std::decay_t<decltype(value)>>)
            entries_.push_back({entry.name, *value});
          else
            entries_.push_back({entry.name, value});
        },
        entry.value);
}

StateView Snapshot::view() const& {
  std::vector<StateView::Entry> entries;
  for (const Entry& entry : entries_)
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, FixedTensor>)
            entries.push_back({entry.name, &value});
          else
            entries.push_back({entry.name, value});
        },
        entry.value);
  return StateView(std::move(entries));
}

/// Reads the entries in order. Throws Error if an entry has another name or type.
class Snapshot::Reader : public StateVisitor {
 public:
  explicit Reader(const std::vector<Entry>& entries) : entries_(entries) {}

  void finish() const {
    if (at_ < entries_.size()) refuse(entries_[at_].name, "nothing more");
  }

 protected:
  template <class T>
  const T& next(const std::string& name) {
    if (at_ == entries_.size()) refuse("nothing more", name);
    const Entry& entry = entries_[at_++];
    const T* value = std::get_if<T>(&entry.value);
    if (entry.name != name || value == nullptr) refuse(entry.name, name);
    return *value;
  }

 private:
  [[noreturn]] static void refuse(const std::string& saved, const std::string& got) {
    throw Error(format_text("Snapshot: expected the objects that were saved, with {}, got {}.", saved, got));
  }

  const std::vector<Entry>& entries_;
  std::size_t at_ = 0;
};

/// Compares the objects with the entries and changes nothing.
class Snapshot::Checker : public Reader {
 public:
  using Reader::Reader;

 protected:
  void do_constant(const std::string& name, std::string_view value) override {
    const auto& saved = next<std::string>(name);
    if (saved != value) throw Error(format_text("Snapshot: expected {} to be {}, got {}.", name, saved, value));
  }
  void do_visit(const std::string& name, std::uint64_t&) override { next<std::uint64_t>(name); }
  void do_visit(const std::string& name, double&) override { next<double>(name); }
  void do_visit(const std::string& name, FixedTensor& tensor) override {
    const auto& saved = next<FixedTensor>(name);
    if (saved.has_shape() != tensor.has_shape() || (saved.has_shape() && saved.shape() != tensor.shape()))
      refuse_shape(name, saved, tensor.has_shape() ? to_string(tensor.shape()) : "none");
  }
  void do_visit(const std::string& name, FixedTensor& tensor, const Shape& shape) override {
    const auto& saved = next<FixedTensor>(name);
    if (saved.has_shape() && saved.shape() != shape) refuse_shape(name, saved, to_string(shape));
    if (tensor.has_shape() && tensor.shape() != shape) refuse_shape(name, saved, to_string(tensor.shape()));
  }

 private:
  [[noreturn]] static void refuse_shape(const std::string& name, const FixedTensor& saved, const std::string& got) {
    throw Error(format_text("Snapshot: expected {} of shape {}, got {}.", name,
                            saved.has_shape() ? to_string(saved.shape()) : "none", got));
  }
};

/// Writes into objects that a Checker has compared.
class Snapshot::Restorer : public Reader {
 public:
  using Reader::Reader;

  bool writes() const override { return true; }

 protected:
  void do_constant(const std::string& name, std::string_view) override { next<std::string>(name); }
  void do_visit(const std::string& name, std::uint64_t& value) override { value = next<std::uint64_t>(name); }
  void do_visit(const std::string& name, double& value) override { value = next<double>(name); }
  void do_visit(const std::string& name, FixedTensor& tensor) override { tensor = next<FixedTensor>(name); }
  void do_visit(const std::string& name, FixedTensor& tensor, const Shape&) override {
    const auto& saved = next<FixedTensor>(name);
    if (saved.has_shape())
      tensor = saved;
    else
      tensor.reset();
  }
};

void Snapshot::restore(const VisitAll& visit_all) const {
  Checker checker(entries_);
  visit_all(checker);
  checker.finish();
  Restorer restorer(entries_);
  visit_all(restorer);
}

std::string first_difference(const Snapshot& a, const Snapshot& b) {
  const auto same_bytes = [](const auto& x, const auto& y) { return std::memcmp(&x, &y, sizeof x) == 0; };
  const auto same_value = [&](const auto& x, const auto& y) {
    using X = std::decay_t<decltype(x)>;
    if constexpr (!std::is_same_v<X, std::decay_t<decltype(y)>>)
      return false;
    else if constexpr (std::is_same_v<X, FixedTensor>)
      return x.has_shape() == y.has_shape() && (!x.has_shape() || x.shape() == y.shape()) &&
             std::equal(x.begin(), x.end(), y.begin(), y.end(), same_bytes);
    else if constexpr (std::is_same_v<X, std::string>)
      return x == y;
    else
      return same_bytes(x, y);
  };
  const std::size_t common = std::min(a.entries_.size(), b.entries_.size());
  for (std::size_t i = 0; i < common; ++i)
    if (a.entries_[i].name != b.entries_[i].name || !std::visit(same_value, a.entries_[i].value, b.entries_[i].value))
      return a.entries_[i].name;
  if (a.entries_.size() == b.entries_.size()) return {};
  return (a.entries_.size() > common ? a : b).entries_[common].name;
}

}  // namespace minnow::inline MINNOW_PRECISION
