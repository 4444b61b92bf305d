#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/label_encoder.hpp>
#include <minnow/core/labels.hpp>

#include <algorithm>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns the first few classes as text, "dog, cat, horse", and their number if there are more.
std::string summary(const std::vector<std::string>& classes) {
  constexpr std::size_t few = 5;
  std::string text = classes[0];
  for (std::size_t i = 1; i < std::min(classes.size(), few); ++i) text += ", " + classes[i];
  return classes.size() <= few ? text : format_text("{}, ... ({} classes)", text, classes.size());
}

}  // namespace

LabelEncoder::LabelEncoder(std::vector<std::string> classes) : classes_(std::move(classes)) {
  if (classes_.empty()) throw ValueError("LabelEncoder: expected at least one class, got none.");
  for (std::size_t i = 0; i < classes_.size(); ++i)
    if (const auto [first, is_new] = indices_.emplace(classes_[i], i); !is_new)
      throw ValueError(
          format_text("LabelEncoder: expected each class once, got '{}' as classes {} and {}. Use "
                      "fit() for names that repeat.",
                      classes_[i], first->second, i));
}

LabelEncoder LabelEncoder::fit(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return LabelEncoder(std::move(names));
}

std::size_t LabelEncoder::find(std::string_view name, std::optional<std::size_t> row) const {
  if (const auto found = indices_.find(name); found != indices_.end()) return found->second;
  throw ValueError(format_text("LabelEncoder: expected a class, one of {}, got '{}'{}.", summary(classes_), name,
                               row ? format_text(" in row {}", *row) : ""));
}

std::size_t LabelEncoder::encode(std::string_view name) const { return find(name, {}); }

Tensor LabelEncoder::encode(const std::vector<std::string>& names) const {
  Tensor labels = zeros({names.size()});
  for (std::size_t i = 0; i < names.size(); ++i) labels(i) = static_cast<Real>(find(names[i], i));
  return labels;
}

const std::string& LabelEncoder::decode(std::size_t index) const {
  if (index >= classes_.size())
    throw ValueError(
        format_text("LabelEncoder: expected a class index from 0 to {}, got {}.", classes_.size() - 1, index));
  return classes_[index];
}

std::vector<std::string> LabelEncoder::decode(const Tensor& labels) const {
  if (labels.dimension() != 1)
    throw ShapeError("LabelEncoder: expected labels (N), got " + to_string(labels.shape()) +
                     ". Use argmax to convert scores (N, C) to labels.");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < labels.size(); ++i)
    names.push_back(classes_[class_index(static_cast<double>(labels(i)), classes_.size(), i, "LabelEncoder")]);
  return names;
}

Tensor LabelEncoder::multi_hot(const std::vector<std::vector<std::string>>& names) const {
  Tensor result = zeros({names.size(), classes_.size()});
  for (std::size_t i = 0; i < names.size(); ++i)
    for (const std::string& name : names[i]) result(i, find(name, i)) = 1;
  return result;
}

std::vector<std::vector<std::string>> LabelEncoder::names_above(const Tensor& values, double at) const {
  if (values.dimension() != 2 || values.shape()[1] != classes_.size())
    throw ShapeError(format_text("LabelEncoder: expected values (N, {}), one for each class, got {}.", classes_.size(),
                                 to_string(values.shape())));
  std::vector<std::vector<std::string>> names;
  for (const auto& indices : indices_above(values, at)) {
    names.emplace_back();
    for (const std::size_t index : indices) names.back().push_back(classes_[index]);
  }
  return names;
}

}  // namespace minnow::inline MINNOW_PRECISION
