#pragma once

#include <string>

/// Returns the reason if a file cannot be created or replaced, else an empty text, so that a program does not fail
/// after hours of training.
std::string unwritable_file(const std::string& path);
