// The program minnow: trains, tests and uses models from the command line.

#include <minnow/core/error.hpp>

#include <apps/minnow/command_line.hpp>
#include <apps/support/output.hpp>
#include <apps/support/shell_word.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace {

std::string command_text(int argc, char** argv) {
  std::string text = "minnow";
  for (int i = 1; i < argc; ++i) text += " " + shell_word(argv[i]);
  return text;
}

/// Returns the subcommand of the command line, or without one, the program.
const CLI::App& command_of(const CLI::App& app) {
  return app.get_subcommands().empty() ? app : *app.get_subcommands().front();
}

std::string full_name(const CLI::App& app) {
  const CLI::App& command = command_of(app);
  return &command == &app ? app.get_name() : app.get_name() + " " + command.get_name();
}

std::string missing_argument(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options())
    if (option->get_required() && option->count() == 0) return fmt::format("expected {}, got none", option->get_name());
  return "expected a command, got none";
}

/// Returns the reason why an option has too few or too many values. `text` is CLI11's, and starts with the option.
std::string wrong_values(const CLI::App& command, const std::string& text) {
  std::string name = text.substr(0, text.find_first_of(": "));
  if (!name.starts_with("-")) name.insert(0, "--");  // a flag with a value
  const CLI::Option* option = command.get_option_no_throw(name);
  if (option == nullptr) return text;
  if (option->get_items_expected_max() == 0) return name + ": expected no value, got one";
  return fmt::format("{}: expected one value, got {}", name,
                     option->count() == 0 ? "none" : std::to_string(option->count()));
}

/// Returns the reason of an error in the form of the other errors. Unknown options come first, because they often are
/// the reason why an argument is missing.
std::string reason_of(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (!unknown.empty())
    return fmt::format("expected options and arguments of {}, got '{}'", full_name(app), unknown.front());
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return missing_argument(command_of(app));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return wrong_values(command_of(app), error.what());
  return error.what();
}

/// Prints the reason. If the standard error cannot be written, only the exit status shows the error.
int fail(const CLI::App& app, const std::string& reason) {
  std::fflush(stdout);
  std::fputs((full_name(app) + ": " + reason + "\n").c_str(), stderr);
  return 1;
}

/// Throws CLI::ParseError if the first argument is neither an option nor a subcommand.
void check_command(const CLI::App& app, const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == name || name.starts_with("-")) return;
    names.push_back(command->get_name());
  }
  throw CLI::ValidationError(fmt::format("expected one of {}, got '{}'", fmt::join(names, ", "), name));
}

/// Ends the process as a program that SIGPIPE ends.
[[noreturn]] void end_by_closed_output() {
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
  std::_Exit(128 + SIGPIPE);
}

/// Opens a closed standard stream without the permission to use it. Otherwise a file of the program gets its number,
/// and texts are written into this file.
void keep_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) == -1 && errno == EBADF) open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/// Parses the command line and runs the subcommand. Returns the exit status.
int run_command(CLI::App& app, int argc, char** argv) {
  std::function<int()> run;
  define_commands(app, command_text(argc, argv), run);
  if (argc == 1) {
    write_output(app.help());
    return 1;
  }
  check_command(app, argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help or --version
    std::ostringstream text;
    app.exit(success, text, text);
    write_output(text.str());
    return 0;
  }
  return run();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed reader of the output is an error of write, so that files are still written
  keep_closed_streams();
  CLI::App app{"Trains, tests and uses neural networks.", "minnow"};
  try {
    const int status = run_command(app, argc, argv);
    check_output();
    return status;
  } catch (const OutputClosed&) {
    end_by_closed_output();
  } catch (const CLI::ParseError& error) {
    return fail(app, reason_of(app, error) + " (--help explains the options)");
  } catch (const std::bad_alloc&) {
    return fail(app, "not enough memory. Use fewer or smaller samples, or smaller batches.");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(app, fmt::format("{}: cannot be used ({}).", error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    return fail(app, error.what());
  }
}
