#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

/// Defines the subcommands and their options. A subcommand's callback sets `run`, which then runs it. `command` is the
/// command line as typed.
void define_commands(CLI::App& app, const std::string& command, std::function<int()>& run);

/// Returns the completion script of a shell: bash, zsh or fish.
std::string completion_script(const CLI::App& app, const std::string& shell);

/// Returns the manual page, in the language of man(7).
std::string manual_page(const CLI::App& app);
