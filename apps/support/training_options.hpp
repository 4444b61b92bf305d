#pragma once

#include <apps/support/command_line.hpp>
#include <apps/support/networks.hpp>

#include <cstddef>
#include <optional>
#include <string>

/// Returns the options as text for the command line.
inline std::string to_string(const Training& t) {
  return fmt::format("--epochs {} --batch-size {} --learning-rate {}\n    --weight-decay {} --label-smoothing {}",
                     t.epochs, t.batch_size, t.learning_rate, t.weight_decay, t.label_smoothing);
}

/// The options of the command line that replace the training options of a network.
struct TrainingOptions {
  std::optional<std::size_t> epochs, batch_size;
  std::optional<double> learning_rate, weight_decay, label_smoothing;

  void add_to(CLI::App& app) {
    const auto count = [&](const char* name, std::optional<std::size_t>& value, const char* help) {
      app.add_option(name, value, help)->check(whole_number(1, 1'000'000))->type_name("N");
    };
    const auto rate = [&](const char* name, std::optional<double>& value, const char* help, double high) {
      app.add_option(name, value, help)->check(number(0, high))->type_name("X");
    };
    count("--epochs", epochs, "Number of passes over the training images");
    count("--batch-size", batch_size, "Images per step");
    rate("--learning-rate", learning_rate, "Highest learning rate; it falls to 0 by the last\nstep", 1e30);
    rate("--weight-decay", weight_decay, "Weight decay", 1e30);
    rate("--label-smoothing", label_smoothing, "Share of each target spread over all classes", 1);
  }

  void apply(Training& training) const {
    training.epochs = epochs.value_or(training.epochs);
    training.batch_size = batch_size.value_or(training.batch_size);
    training.learning_rate = learning_rate.value_or(training.learning_rate);
    training.weight_decay = weight_decay.value_or(training.weight_decay);
    training.label_smoothing = label_smoothing.value_or(training.label_smoothing);
  }
};
