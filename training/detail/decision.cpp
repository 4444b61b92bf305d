#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/decision.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

void check_threshold(std::optional<double> threshold, const char* who) {
  if (threshold && std::isnan(*threshold))
    throw ValueError(format_text("{}: expected a threshold to compare scores with, got nan.", who));
}

double single_score_threshold(std::optional<double> threshold, const Shape& scores, const char* who) {
  if (threshold) return *threshold;
  throw ShapeError(
      format_text("{}: expected scores of at least two classes, got {}. A single score per sample needs a threshold: 0 "
                  "for logits, 0.5 for probabilities.",
                  who, to_string(scores)));
}

}  // namespace minnow::inline MINNOW_PRECISION
