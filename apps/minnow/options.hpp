#pragma once

#include <apps/minnow/settings.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// The options of the subcommands, and the subcommands. Each returns the exit status.

using Path = std::optional<std::filesystem::path>;

struct TrainOptions {
  Settings settings;
  Path save, report, checkpoint, config, predictions;
  std::size_t keep = 3;
  bool resume = false, quiet = false;
  std::string command;  // as typed
};
int train(const TrainOptions& options);

struct EvalOptions {
  std::filesystem::path model;
  Path data, predictions;
  std::optional<std::size_t> threads;
  bool json = false;
};
int evaluate_model(const EvalOptions& options);

struct PredictOptions {
  std::filesystem::path model;
  std::vector<std::string> inputs;  // files, folders, "-" for the standard input
  std::optional<std::size_t> threads;
  bool json = false, csv = false;
};
int predict(const PredictOptions& options);

struct InspectOptions {
  std::filesystem::path file;
  bool json = false;
};
int inspect(const InspectOptions& options);

struct ExportOptions {
  std::filesystem::path model, onnx, cpp, npz, weights, architecture;
  std::vector<std::size_t> input;
  std::string name;  // of the C++ namespace
  bool int8 = false, normalize = false, fold_norms = false;
};
int export_model(const ExportOptions& options);

struct DrawOptions {
  std::filesystem::path folder;
  std::size_t train = 400, test = 100, size = 64, seed = 42;
};
int draw(const DrawOptions& options);

struct ReportOptions {
  std::filesystem::path run;
  Path output;
};
int report(const ReportOptions& options);
