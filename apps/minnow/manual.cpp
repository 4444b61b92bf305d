#include <minnow/core/version.hpp>

#include <apps/minnow/command_line.hpp>
#include <apps/minnow/option_table.hpp>

#include <fmt/format.h>

namespace {

/// Returns the text for man(7): a backslash, a hyphen, and a dot or an apostrophe at the start of a line are escaped.
std::string roff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\')
      result += "\\\\";
    else if (c == '-')
      result += "\\-";
    else if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n'))
      result += std::string("\\&") + c;
    else
      result += c;
  }
  return result;
}

std::string option_paragraph(const OptionEntry& option) {
  const std::string value = option.takes_value() && !option.is_argument ? " \\fI" + roff(option.type) + "\\fR" : "";
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}.\n", roff(option.name), value, roff(option.help));
}

std::string command_section(const CommandEntry& command) {
  std::string text = fmt::format(".SS minnow {}\n{}.\n", roff(command.name), roff(command.help));
  for (const OptionEntry& option : command.options) text += option_paragraph(option);
  return text;
}

constexpr const char* description = R"(.SH DESCRIPTION
.B minnow train
detects the kind of the data, trains a model, and prints its result for samples that it was not trained on. A model file
contains everything that the other commands need: the layers, the weights, the names of the classes and the
normalization.
)";

constexpr const char* closing = R"(.SH FILES
The folder of a run, \fB\-\-checkpoint\fR \fIDIR\fR, contains:
.TP
.I run.json
the settings, for \fB\-\-config\fR
.TP
.I step\-*.safetensors
the last checkpoints, for \fB\-\-resume\fR
.TP
.I best.safetensors
the weights with the lowest validation loss
.TP
.I model.safetensors
the trained model
.TP
.I history.csv, history.jsonl
loss and metrics of each epoch
.SH SIGNALS
On SIGINT (Ctrl\-C) and SIGTERM, \fBminnow train\fR finishes the step, writes a checkpoint if there is a folder for it, and
prints the command that continues the run. A second signal ends it at once.
.SH EXIT STATUS
.TP
.B 0
success
.TP
.B 1
an error, which one line on the standard error describes
.TP
.B 130, 143
SIGINT or SIGTERM stopped the training
.TP
.B 141
the reader of the standard output closed it, and no file was to be written
.SH ENVIRONMENT
.TP
.B OPENBLAS_NUM_THREADS
number of threads, unless \fB\-\-threads\fR sets it
.TP
.B LC_ALL, LC_CTYPE, LANG
without UTF\-8, bars consist of #
.SH EXAMPLES
.nf
minnow train \-\-save animals.safetensors
minnow train \-\-data photographs \-\-checkpoint runs/1 \-\-save pets.safetensors
minnow predict pets.safetensors photograph.jpg
minnow export pets.safetensors \-\-onnx pets.onnx \-\-normalize
.fi
)";

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string text = fmt::format(
      ".TH MINNOW 1 \"\" \"minnow {}\" \"User Commands\"\n.SH NAME\nminnow \\- train, test and use "
      "neural networks\n.SH SYNOPSIS\n",
      minnow::version());
  const std::vector<CommandEntry> commands = command_table(app);
  for (const CommandEntry& command : commands) {
    text += fmt::format(".B minnow {}\n", command.name);
    for (const OptionEntry& option : command.options)
      if (option.is_argument) text += fmt::format(".I {}\n", roff(option.name));
    text += "[\\fIoption\\fR ...]\n.br\n";
  }
  text += description + std::string(".SH COMMANDS\n");
  for (const CommandEntry& command : commands) text += command_section(command);
  return text + closing;
}
