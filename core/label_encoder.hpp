#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Converts class names to class indices and back: class k is the k-th name.
class MINNOW_API LabelEncoder {
 public:
  /// The classes keep the given order. Throws ValueError if there is no class, or if a name repeats.
  explicit LabelEncoder(std::vector<std::string> classes);

  /// Returns an encoder for the distinct names among `names`, sorted by their bytes.
  static LabelEncoder fit(std::vector<std::string> names);

  const std::vector<std::string>& classes() const { return classes_; }

  /// Returns the index of a name, or the indices of N names as a tensor (N). Throws ValueError for an unknown name.
  std::size_t encode(std::string_view name) const;
  Tensor encode(const std::vector<std::string>& names) const;
  Tensor encode(std::initializer_list<std::string> names) const { return encode(std::vector<std::string>(names)); }

  /// Returns the name of an index, or the names of labels (N). Throws ValueError if an index is no class, and
  /// ShapeError if labels has another shape.
  const std::string& decode(std::size_t index) const;
  std::vector<std::string> decode(const Tensor& labels) const;

  /// Converts N lists of names, for samples with any number of classes, to (N, C): row i is 1 at the classes of list i
  /// and 0 elsewhere. names_above(..., 0.5) is the inverse.
  Tensor multi_hot(const std::vector<std::vector<std::string>>& names) const;

  /// Returns for each row of values (N, C) the names of the classes whose value exceeds `at`: 0 for logits, 0.5 for
  /// probabilities.
  std::vector<std::vector<std::string>> names_above(const Tensor& values, double at) const;

 private:
  std::size_t find(std::string_view name, std::optional<std::size_t> row) const;

  std::vector<std::string> classes_;
  std::map<std::string, std::size_t, std::less<>> indices_;
};

}  // namespace minnow::inline MINNOW_PRECISION
