#include <apps/minnow/option_table.hpp>

#include <algorithm>

namespace {

std::string in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Splits "cnn|mlp:N,N|FILE" into the choices cnn and mlp:, and sets takes_file.
void read_type(OptionEntry& entry) {
  for (std::size_t start = 0; start < entry.type.size();) {
    const std::size_t end = std::min(entry.type.size(), entry.type.find('|', start));
    const std::string part = entry.type.substr(start, end - start);
    if (part == "FILE" || part == "PATH") entry.takes_file = true;
    if (part == "DIR") entry.takes_folder = true;
    if (!part.empty() && part[0] >= 'a' && part[0] <= 'z')
      entry.choices.push_back(
          part.substr(0, std::min(part.size(), part.find(':') + 1 == 0 ? part.size() : part.find(':') + 1)));
    start = end + 1;
  }
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  entry.is_argument = option.get_lnames().empty();
  entry.name = entry.is_argument ? option.get_name(true) : "--" + option.get_lnames().front();
  if (option.get_items_expected_max() > 0) entry.type = option.get_type_name();
  entry.help = in_one_line(option.get_description());
  entry.group = option.get_group();
  read_type(entry);
  return entry;
}

}  // namespace

std::vector<CommandEntry> command_table(const CLI::App& app) {
  std::vector<CommandEntry> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    CommandEntry entry{command->get_name(), in_one_line(command->get_description()), {}};
    for (const CLI::Option* option : command->get_options()) entry.options.push_back(entry_of(*option));
    commands.push_back(std::move(entry));
  }
  return commands;
}
