#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// An option of a subcommand, as the completion scripts and the manual page show it.
struct OptionEntry {
  std::string name;   // "--epochs", or "MODEL" for an argument
  std::string type;   // "N", "sgd|adamw"; empty for a flag
  std::string help;   // in one line
  std::string group;  // heading in the help
  bool is_argument = false;
  bool takes_value() const { return !type.empty(); }

  std::vector<std::string> choices;  // of `type`
  bool takes_file = false, takes_folder = false;
};

struct CommandEntry {
  std::string name, help;
  std::vector<OptionEntry> options;
};

/// Returns all subcommands with their options.
std::vector<CommandEntry> command_table(const CLI::App& app);
