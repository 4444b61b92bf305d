#pragma once

#include <functional>
#include <string>

/// Returns the message of the E that the action throws; "no error" if it throws nothing.
template <class E>
std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const E& e) {
    return e.what();
  }
  return "no error";
}
