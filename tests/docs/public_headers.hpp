#pragma once

// Reads the public headers and the pages as text.

#include <filesystem>
#include <string>
#include <vector>

/// Returns the content of a file.
std::string read_text(const std::filesystem::path& file);

/// Returns the public headers of the library, without those of include/, sorted.
std::vector<std::filesystem::path> public_headers();

/// Returns the names that a header declares in its namespaces: classes, enumerations, aliases, concepts, free functions
/// and constants. Names in a namespace `detail` and forward declarations are left out.
std::vector<std::string> public_names(const std::string& header);

/// A field of a struct with its default as written; "" without a default.
struct Field {
  std::string owner, name, value;
};

/// Returns the fields of the structs whose names end in "Options".
std::vector<Field> option_fields(const std::string& header);

/// A row of a table of a page. A cell that is empty in the first column repeats the cell above.
struct Row {
  std::string above;  // the heading, and the last paragraph before the table
  std::vector<std::string> head, cells;
  /// Returns the cell of a column; "" if there is no such column.
  std::string operator[](const std::string& column) const;
};

/// Returns the rows of all tables of a page.
std::vector<Row> table_rows(const std::string& page);
