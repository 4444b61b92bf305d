#pragma once

#include <string>

/// Returns the text as one word of the shell, quoted if it must be.
std::string shell_word(const std::string& text);
