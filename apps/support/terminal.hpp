#pragma once

#include <cstddef>
#include <string>

/// Returns the number of columns of the terminal; 0 if the standard output is not a terminal that can update a line.
std::size_t terminal_columns();

/// Returns the number of columns for tables: of the terminal, or 80 elsewhere.
std::size_t table_columns();

/// Returns true if the locale of the environment has UTF-8.
bool shows_unicode();

/// Returns a bar of `width` columns, of which `share` is filled: in eighths of a column, or of '#' without UTF-8.
std::string bar(double share, std::size_t width);

/// Returns "12.3 s" or "2:05 min".
std::string clock(double seconds);

/// Returns the number in groups of three digits: "16,000".
std::string grouped(std::size_t number);

/// Returns a size in bytes: "512 bytes", "3.1 kB", "12.4 MB".
std::string byte_size(std::size_t bytes);

/// Returns the text with line breaks between words, so that lines have at most `columns` columns if words allow.
std::string wrapped(const std::string& text, std::size_t columns);

/// Writes lines to the standard output. On a terminal, they are clipped at its width.
void say_table(const std::string& text);
