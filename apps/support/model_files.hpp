#pragma once

#include <minnow/core/error.hpp>

#include <apps/support/command_line.hpp>
#include <apps/support/output_path.hpp>

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>

/// The options of the command line that read and write files of a trained model.
struct ModelFiles {
  std::optional<std::filesystem::path> save, load, predictions;

  void add_to(CLI::App& app) {
    const auto output = [&](const char* name, std::optional<std::filesystem::path>& path, const char* help) {
      app.add_option(name, path, help)->check(CLI::Validator(&unwritable_file, ""))->type_name("FILE");
    };
    output("--save", save, "Write the trained model to this file");
    app.add_option("--load", load, "Evaluate the model in a file that --save wrote")->type_name("FILE");
    output("--predictions", predictions, "Write the probabilities of each test image to this\nCSV file");
  }

  /// Throws ValueError if --load is combined with --save or one of the options of training, or if two files are one.
  void check(const CLI::App& app, std::initializer_list<const char*> of_training) const {
    const auto same = [](const auto& a, const auto& b) {
      return a && b &&
             std::filesystem::weakly_canonical(absolute(*a)) == std::filesystem::weakly_canonical(absolute(*b));
    };
    if (same(save, predictions) || same(load, predictions))
      throw minnow::ValueError("--predictions: expected another file than the model.");
    if (!load) return;
    if (save) throw minnow::ValueError("--load: expected no --save with it.");
    for (const char* name : of_training)
      if (app.count(name) > 0)
        throw minnow::ValueError(fmt::format("--load: expected no {} with it, an option of training.", name));
  }
};
