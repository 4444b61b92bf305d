#include <minnow/core/threading/threads.hpp>
#include <minnow/core/version.hpp>

#include <apps/minnow/command_line.hpp>
#include <apps/minnow/options.hpp>
#include <apps/support/command_line.hpp>
#include <apps/support/output.hpp>
#include <apps/support/output_path.hpp>
#include <apps/support/terminal.hpp>

#include <memory>
#include <type_traits>

namespace {

constexpr std::size_t help_columns = 48;

std::string unknown_shell(const std::string& name) {
  return name == "bash" || name == "zsh" || name == "fish" ? ""
                                                           : fmt::format("expected bash, zsh or fish, got '{}'", name);
}

/// Adds an option for each setting.
class OptionVisitor {
 public:
  explicit OptionVisitor(CLI::App& app) : app_(app) {}

  template <class T>
  void operator()(const char* name, std::optional<T>& value, const Meaning& meaning) {
    const std::string flag = std::string("--") + name, help = wrapped(meaning.help, help_columns);
    CLI::Option* option = nullptr;
    if constexpr (std::is_same_v<T, bool>) {
      option = app_.add_flag_callback(
          flag, [&value] { value = true; }, help);
    } else {
      option = app_.add_option_function<std::string>(
          flag,
          [&value, meaning, flag](const std::string& text) {
            if (const std::string error = read_setting(text, meaning, value); !error.empty())
              throw CLI::ValidationError(flag, error);
          },
          help);
      option->type_name(meaning.type);
    }
    option->group(meaning.group);
  }

 private:
  CLI::App& app_;
};

/// Adds the options of a subcommand that are no settings.
class Options {
 public:
  explicit Options(CLI::App& app) : app_(app) {}

  template <class T>
  CLI::Option* add(const std::string& name, T& value, const char* type, const char* help,
                   const char* group = "Options") {
    return app_.add_option(name, value, wrapped(help, help_columns))->type_name(type)->group(group);
  }
  template <class T>
  CLI::Option* output(const std::string& name, T& value, const char* help, const char* group = "Options") {
    return add(name, value, "FILE", help, group)->check(CLI::Validator(&unwritable_whole_file, ""));
  }
  template <class T>
  void text_output(const std::string& name, T& value, const char* help, const char* group = "Options") {
    add(name, value, "FILE", help, group)->check(CLI::Validator(&unwritable_file, ""));
  }
  CLI::Option* flag(const std::string& name, bool& value, const char* help, const char* group = "Options") {
    return app_.add_flag(name, value, wrapped(help, help_columns))->group(group)->disable_flag_override();
  }
  void threads(std::optional<std::size_t>& value) {
    OptionVisitor visitor(app_);
    visitor("threads", value, Meaning{"Options", "N", "Number of threads; the default is all cores", 1, 1024});
  }

 private:
  CLI::App& app_;
};

/// Adds a subcommand. `run` is called with its options.
template <class OptionsType>
CLI::App* add_command(CLI::App& app, const char* name, const char* help, std::function<int()>& run,
                      int (*function)(const OptionsType&), std::shared_ptr<OptionsType> options) {
  CLI::App* command = app.add_subcommand(name, help);
  command->callback([&run, function, options] { run = [function, options] { return function(*options); }; });
  return command;
}

void define_train(CLI::App& app, const std::string& typed, std::function<int()>& run) {
  auto o = std::make_shared<TrainOptions>();
  o->command = typed;
  CLI::App* command = add_command(app, "train", "Trains a model and tests it", run, &train, o);
  const char* outputs = "Files";
  Options options(*command);
  options.output("--save", o->save, "Write the trained model to this file", outputs);
  options.output("--report", o->report, "Write a report of the run, an HTML page, to this file", outputs);
  options.text_output("--predictions", o->predictions, "Write the probabilities of each test sample to this CSV file",
                      outputs);
  options.add("--checkpoint", o->checkpoint, "DIR",
              "The folder of the run: checkpoints, history, settings, the trained model", outputs);
  options.add("--keep", o->keep, "N", "Number of checkpoints that are kept; the default is 3", outputs)
      ->check(whole_number(1, 1'000'000));
  options.flag("--resume", o->resume, "Continue the run in the folder of --checkpoint", outputs);
  options
      .add("--config", o->config, "FILE",
           "Take the settings of another run from its run.json; options given here come first", outputs)
      ->check(CLI::Validator(&unreadable_file, ""));
  visit_settings(OptionVisitor(*command), o->settings);
  options.flag("--quiet", o->quiet, "Print nothing but errors", "Training");
}

void define_eval(CLI::App& app, std::function<int()>& run) {
  auto o = std::make_shared<EvalOptions>();
  CLI::App* command = add_command(app, "eval", "Tests a trained model", run, &evaluate_model, o);
  Options options(*command);
  options.add("MODEL", o->model, "FILE", "The model, a file of `minnow train --save`")->required();
  options.add("--data", o->data, "PATH",
              "Test on this data, of a table on all its rows; the default are the test samples of training");
  options.text_output("--predictions", o->predictions, "Write the probabilities of each test sample to this CSV file");
  options.flag("--json", o->json, "Print the result as JSON");
  options.threads(o->threads);
}

void define_predict(CLI::App& app, std::function<int()>& run) {
  auto o = std::make_shared<PredictOptions>();
  CLI::App* command = add_command(app, "predict", "Classifies images or rows of a table", run, &predict, o);
  Options options(*command);
  options.add("MODEL", o->model, "FILE", "The model, a file of `minnow train --save`")->required();
  options.add("INPUT", o->inputs, "PATH",
              "Images, or folders of images; for a model of a table, CSV files. - is the standard input: paths of "
              "images, one in each line, or rows");
  options.flag("--json", o->json, "Print a line of JSON for each sample");
  options.flag("--csv", o->csv, "Print a CSV file");
  options.threads(o->threads);
}

void define_inspect(CLI::App& app, std::function<int()>& run) {
  auto o = std::make_shared<InspectOptions>();
  CLI::App* command = add_command(app, "inspect", "Shows the content of a model or of weights", run, &inspect, o);
  Options options(*command);
  options.add("FILE", o->file, "FILE", "A model of Minnow; or a safetensors, PyTorch or NPZ file")->required();
  options.flag("--json", o->json, "Print everything as JSON");
}

void define_export(CLI::App& app, std::function<int()>& run) {
  auto o = std::make_shared<ExportOptions>();
  CLI::App* command = add_command(app, "export", "Writes a model for programs without Minnow", run, &export_model, o);
  Options options(*command);
  options.add("MODEL", o->model, "FILE", "The model, a file of `minnow train --save`")->required();
  options.output("--onnx", o->onnx, "Write an ONNX file, for ONNX Runtime and others");
  options.output("--cpp", o->cpp, "Write a C++11 header that needs no library");
  options.output("--npz", o->npz, "Write the weights as a file of NumPy");
  options.output("--weights", o->weights, "Write the weights alone as a safetensors file, for PyTorch");
  options.text_output("--architecture", o->architecture, "Write the layers as JSON, for `minnow train --model`");
  options.add("--input", o->input, "SHAPE", "Shape of one sample, 3,32,32; the default is that in the model file")
      ->delimiter(',')
      ->check(whole_number(1, 1'000'000))
      ->allow_extra_args(false);
  options.flag("--fold-norms", o->fold_norms, "ONNX: fold each BatchNorm into the layer before it");
  options.add("--name", o->name, "NAME", "C++: the namespace; the default is the name of the file");
  options.flag("--int8", o->int8, "C++: store weights as bytes");
  options.flag("--normalize", o->normalize, "ONNX and C++: begin with the normalization of the model");
}

void define_report(CLI::App& app, std::function<int()>& run) {
  auto o = std::make_shared<ReportOptions>();
  CLI::App* command = add_command(app, "report", "Writes the report of a run, an HTML page", run, &report, o);
  Options options(*command);
  options.add("RUN", o->run, "DIR", "The folder of a run, of `minnow train --checkpoint`")->required();
  options.output("--output", o->output, "Write the report to this file; the default is RUN/report.html");
}

void define_draw(CLI::App& app, std::function<int()>& run) {
  auto o = std::make_shared<DrawOptions>();
  CLI::App* command = add_command(app, "draw", "Draws images of animals, to try the other commands", run, &draw, o);
  Options options(*command);
  options.add("FOLDER", o->folder, "DIR", "A new folder, FOLDER/{train,test}/CLASS/*.png")->required();
  options.add("--train", o->train, "N", "Number of training images; the default is 400")
      ->check(whole_number(4, 10'000'000));
  options.add("--test", o->test, "N", "Number of test images; the default is 100")->check(whole_number(4, 10'000'000));
  options.add("--size", o->size, "N", "Height and width in pixels; the default is 64")->check(whole_number(8, 4096));
  options.add("--seed", o->seed, "N", "Seed of all random numbers")->check(whole_number(0, 999'999'999'999'999));
}

}  // namespace

void define_commands(CLI::App& app, const std::string& typed, std::function<int()>& run) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "minnow " + minnow::version(), "Print the version");
  define_train(app, typed, run);
  define_eval(app, run);
  define_predict(app, run);
  define_inspect(app, run);
  define_export(app, run);
  define_report(app, run);
  define_draw(app, run);
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "Prints the completion script of a shell");
  Options(*completion)
      .add("SHELL", *shell, "bash|zsh|fish", "The shell")
      ->required()
      ->check(CLI::Validator(&unknown_shell, ""));
  completion->callback([&app, &run, shell] {
    run = [&app, shell] {
      write_output(completion_script(app, *shell));
      return 0;
    };
  });
  CLI::App* manual = app.add_subcommand("man", "Prints the manual page: minnow man | man -l -");
  manual->callback([&app, &run] {
    run = [&app] {
      write_output(manual_page(app));
      return 0;
    };
  });
}
