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

/// Class names to class indices and back: class k is the k-th name. one_hot and multi_hot go on from the indices.
class MINNOW_API LabelEncoder {
 public:
  /// Classes in the order given. Throws ValueError when there are none, or a name comes twice.
  explicit LabelEncoder(std::vector<std::string> classes);

  /// The distinct ones among `names`, sorted by their bytes: what the labels of a data set come to.
  static LabelEncoder fit(std::vector<std::string> names);

  const std::vector<std::string>& classes() const { return classes_; }

  /// The index of a name, or of each of N: (N). Throws ValueError for a name that is no class.
  std::size_t encode(std::string_view name) const;
  Tensor encode(const std::vector<std::string>& names) const;
  Tensor encode(std::initializer_list<std::string> names) const { return encode(std::vector<std::string>(names)); }

  /// The name of an index, or of each of `labels` (N). Throws ValueError for an index that is no class, and ShapeError.
  const std::string& decode(std::size_t index) const;
  std::vector<std::string> decode(const Tensor& labels) const;

  /// For samples of several classes each, or of none: N lists of names to (N, C), 1 at the classes of each row.
  Tensor multi_hot(const std::vector<std::vector<std::string>>& names) const;

  /// The names of the classes above `at` in each row of `values` (N, C): the way back.
  std::vector<std::vector<std::string>> names_above(const Tensor& values, double at = 0.5) const;

 private:
  std::size_t find(std::string_view name, std::optional<std::size_t> row) const;

  std::vector<std::string> classes_;
  std::map<std::string, std::size_t, std::less<>> indices_;
};

}  // namespace minnow::inline MINNOW_PRECISION
