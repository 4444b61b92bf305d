#pragma once

#include <filesystem>
#include <string>

/// Returns the content of a file. Throws DataError with the reason if the file cannot be read.
std::string read_text(const std::filesystem::path& path);

/// Writes a text. A regular file appears under its name when it is complete; a device is written as it is. Throws
/// DataError if the file cannot be written.
void write_text(const std::filesystem::path& path, const std::string& text);
