#include <apps/minnow/command_line.hpp>
#include <apps/minnow/option_table.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

/// Returns the text for a place within single quotes of a shell, with a backslash before each character of `special`.
std::string escaped(const std::string& text, const std::string& special = "") {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string::npos) result += '\\';
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result;
}

std::string shell_text(const std::string& text) { return "'" + escaped(text) + "'"; }

std::string bash_script(const std::vector<CommandEntry>& commands) {
  std::string names, values, options;
  for (const CommandEntry& command : commands) {
    names += command.name + " ";
    std::string flags;
    for (const OptionEntry& option : command.options) {
      if (option.is_argument) {
        for (const std::string& choice : option.choices) flags += choice + " ";
        continue;
      }
      flags += option.name + " ";
      if (!option.takes_value()) continue;
      std::string reply = fmt::format("compgen -W '{}' -- \"$word\"", fmt::join(option.choices, " "));
      if (option.takes_file) reply += "; compgen -f -- \"$word\"";
      if (option.takes_folder) reply += "; compgen -d -- \"$word\"";
      values += fmt::format("    '{} {}') mapfile -t COMPREPLY < <({}); return ;;\n", command.name, option.name, reply);
    }
    options += fmt::format("    {}) options='{}' ;;\n", command.name, flags);
  }
  return fmt::format(R"(# bash completion of minnow; written by `minnow completion bash`

_minnow() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}} options=
  compopt -o filenames 2>/dev/null
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '{}--help --version' -- "$word")
    return
  fi
  case "$command $previous" in
{}  esac
  case $command in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word"; [[ $word == -* ]] || compgen -f -- "$word")
}}
complete -F _minnow minnow
)",
                     names, values, options);
}

/// Returns what zsh completes as the value of an option.
std::string zsh_action(const OptionEntry& option) {
  const std::string choices = fmt::format("({})", fmt::join(option.choices, " "));
  if (!option.choices.empty() && option.takes_file)
    return R"(_alternative "words\:word\:)" + choices + R"(" "files\:file\:_files")";
  if (!option.choices.empty()) return choices;
  if (option.takes_folder) return "_files -/";
  return option.takes_file ? "_files" : "";
}

std::string zsh_option(const OptionEntry& option) {
  if (option.is_argument) return fmt::format("'*:{}:{}'", option.name, zsh_action(option));
  std::string text = fmt::format("'{}[{}]", option.name, escaped(option.help, "[]"));
  if (option.takes_value()) text += fmt::format(":{}:{}", escaped(option.type, ":"), zsh_action(option));
  return text + "'";
}

std::string zsh_script(const std::vector<CommandEntry>& commands) {
  std::string names, cases;
  for (const CommandEntry& command : commands) {
    names += "    " + shell_text(command.name + ":" + command.help) + "\n";
    cases += "    " + command.name + ")\n      _arguments";
    for (const OptionEntry& option : command.options) cases += " \\\n        " + zsh_option(option);
    cases += " ;;\n";
  }
  return fmt::format(R"(#compdef minnow
# zsh completion of minnow; written by `minnow completion zsh`

_minnow() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{}  esac
}}

if [ "$funcstack[1]" = _minnow ]; then _minnow "$@"; else compdef _minnow minnow; fi
)",
                     names, cases);
}

std::string fish_script(const std::vector<CommandEntry>& commands) {
  std::string text = "# fish completion of minnow; written by `minnow completion fish`\n\ncomplete -c minnow -f\n";
  for (const CommandEntry& command : commands) {
    text += fmt::format("complete -c minnow -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        shell_text(command.help));
    const std::string seen = fmt::format("complete -c minnow -n '__fish_seen_subcommand_from {}'", command.name);
    for (const OptionEntry& option : command.options) {
      const bool files = option.takes_file || option.takes_folder;
      std::string line = seen;
      if (!option.is_argument) line += " -l " + option.name.substr(2);
      if (option.takes_value() && !option.is_argument) line += files ? " -r" : " -x";
      if (files) line += " -F";
      if (!option.choices.empty()) line += " -a " + shell_text(fmt::format("{}", fmt::join(option.choices, " ")));
      text += line + " -d " + shell_text(option.help) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  const std::vector<CommandEntry> commands = command_table(app);
  if (shell == "bash") return bash_script(commands);
  return shell == "zsh" ? zsh_script(commands) : fish_script(commands);
}
