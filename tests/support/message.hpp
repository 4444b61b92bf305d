#pragma once

#include <functional>
#include <string>

/// What an action says when it throws an E; "no error" when it throws nothing.
template <class E>
std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const E& e) {
    return e.what();
  }
  return "no error";
}
