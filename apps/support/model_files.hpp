#pragma once

#include <apps/support/command_line.hpp>

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>

#include <unistd.h>

/// Accepts a file that can be created or replaced, so that a program does not fail after hours of training.
inline CLI::Validator writable_file() {
  return {[](const std::string& text) {
            const std::filesystem::path path(text), folder = path.has_parent_path() ? path.parent_path() : ".";
            if (path.filename().empty() || std::filesystem::is_directory(path))
              return fmt::format("expected the name of a file, got '{}'", text);
            if (!std::filesystem::is_directory(folder))
              return fmt::format("expected a file in an existing folder, got '{}'", text);
            if (access(folder.c_str(), W_OK) != 0)
              return fmt::format("expected a file in a folder with permission to write, got '{}'", text);
            return std::string();
          },
          ""};
}

/// The options of the command line that read and write files of a trained model.
struct ModelFiles {
  std::optional<std::filesystem::path> save, load, predictions;

  /// The options named in `of_training` cannot be combined with --load. Returns the option --load.
  CLI::Option* add_to(CLI::App& app, std::initializer_list<const char*> of_training) {
    const auto output = [&](const char* name, std::optional<std::filesystem::path>& path, const char* help) {
      return app.add_option(name, path, help)->check(writable_file())->type_name("FILE");
    };
    CLI::Option* option =
        app.add_option("--load", load, "Evaluate the model in a file that --save wrote, without\ntraining")
            ->type_name("FILE");
    option->excludes(output("--save", save, "Write the trained model to this file"));
    output("--predictions", predictions, "Write the class and the probabilities of each test image\nto this CSV file");
    for (const char* name : of_training) option->excludes(app.get_option(name));
    return option;
  }
};
