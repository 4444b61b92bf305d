#pragma once

#include <minnow/core/detail/format.hpp>
#include <minnow/core/state_visitor.hpp>

#include <string>

namespace minnow::inline MINNOW_PRECISION {

/// Visits an option as a constant: a state fits only an object with equal options.
template <class T>
void visit_option(StateVisitor& visitor, const std::string& name, const T& value) {
  visitor.constant(name, format_text("{}", value));
}

}  // namespace minnow::inline MINNOW_PRECISION
