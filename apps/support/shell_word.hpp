#pragma once

#include <string>

/// Returns the text as one word of a shell's command, in quotes if they are necessary.
std::string shell_word(const std::string& text);
