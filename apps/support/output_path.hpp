#pragma once

#include <string>

/// Returns the reason if a file cannot be read, else an empty text.
std::string unreadable_file(const std::string& path);

/// Returns the reason if a file cannot be created or replaced, else an empty text, so that a program does not fail
/// after hours of training.
std::string unwritable_file(const std::string& path);

/// The same for a file that appears under its name when it is complete, which must be a regular file or a new name.
std::string unwritable_whole_file(const std::string& path);
