// The command line of minnow: wrong options and files, outputs that cannot be written, completion, the manual page.

#include <tests/apps/programs.hpp>
#include <tests/support/temporary_folder.hpp>

#include <sstream>

#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using minnow::testing::TemporaryFolder;

const std::string tiny = "train --drawings 16 --size 16 --model mlp:8 --epochs 1 ";

TEST(MinnowCommand, RefusesWrongOptionsInOneLine) {
  const TemporaryFolder folder;
  const std::string empty = (folder / "empty").string();
  std::ofstream(folder / "empty");
  std::ofstream(folder / "run.json") << R"({"settings": {"epochs": 0}})";
  std::ofstream(folder / "odd.json") << R"({"settings": {"epoch": 3}})";
  std::ofstream(folder / "net.json") << R"({"type": "Dance"})";
  for (const auto& [arguments, part] : std::vector<std::pair<std::string, std::string>>{
           {"--no-such-option", "--no-such-option"},
           {"--epochs 0", "--epochs: expected a whole number from 1 to 1000000, got '0'"},
           {"--epochs -1", "'-1'"},
           {"--learning-rate x", "'x'"},
           {"--validation 2", "from 0 to 0.9"},
           {"--optimizer adam", "expected one of sgd|adamw, got 'adam'"},
           {"--model mlp:8,", "mlp:8,"},
           {"--model mlp:", "expected sizes of layers, mlp:256,64, got 'mlp:'"},
           {"--model cn", "expected cnn, mlp:256,64 or a file"},
           {"--model " + (folder / "net.json").string(), "Dance"},
           {"--quiet --size 8 --drawings 16 --model cnn", "does not fit samples (3, 8, 8)"},
           {"--data /no/such/folder", "'/no/such/folder': No such file or directory"},
           {"--config " + empty, "run.json of a run"},
           {"--config " + (folder / "run.json").string(), "run.json: epochs: expected a whole number"},
           {"--config " + (folder / "odd.json").string(), "'epoch'"},
           {"--config /no/such/file", "--config: expected a file that can be read, got '/no/such/file' (No such file"},
           {"--config /etc", "got '/etc' (Is a directory)"},
           {"--model /etc", "/etc: cannot be read (Is a directory)"},
           {"--resume", "--resume: expected --checkpoint DIR"},
           {"--save /no/such/folder/model", "expected a file in an existing folder"},
           {"--save /tmp", "expected the name of a file"},
           {"--save /dev/null", "expected a regular file"},
           {"--checkpoint " + empty + "/run", "cannot be created"},
           {"stray", "stray"}})
    expect_refusal("train " + arguments, "minnow train", part);
  expect_refusal("eval " + empty, "minnow eval", empty);
  expect_refusal("eval /no/such/file", "minnow eval", "No such file");
  expect_refusal("predict " + empty + " image.png", "minnow predict", empty);
  expect_refusal("inspect " + empty, "minnow inspect", empty);
  expect_refusal("inspect /tmp", "minnow inspect", "/tmp");
  expect_refusal("predict", "minnow predict", "expected MODEL, got none");
  expect_refusal("--nope", "minnow", "expected options and arguments of minnow, got '--nope' (--help");
  expect_refusal("eval --nope", "minnow eval", "expected options and arguments of minnow eval, got '--nope' (--help");
  expect_refusal("train --epochs", "minnow train", "--epochs: expected one value, got none");
  expect_refusal("train --epochs 1 --epochs 2", "minnow train", "--epochs: expected one value, got 2");
  expect_refusal("train --quiet=no", "minnow train", "--quiet: expected no value, got one");
  expect_refusal("dance", "minnow", "dance");
  for (const char* command : {"", "train ", "eval ", "predict ", "inspect ", "export ", "report ", "draw "}) {
    std::istringstream help(run_minnow(std::string(command) + "--help").output);
    for (std::string line; std::getline(help, line);) EXPECT_LE(line.size(), 80u) << line;
  }
  const ProgramResult alone = run_minnow("");
  EXPECT_EQ(alone.exit_code, 1);
  EXPECT_NE(alone.output.find("train "), std::string::npos) << alone.output;
  EXPECT_EQ(run_minnow("--version").output.rfind("minnow ", 0), 0u);
}

TEST(MinnowCommand, FindsAnUnwritableOutputBeforeTraining) {
  const TemporaryFolder folder;
  const std::string other_user = "setpriv --reuid 65534 --clear-groups ";
  if (run_program(other_user + MINNOW_APPS_DIR "/minnow --version 2>&1").exit_code != 0)
    GTEST_SKIP() << "only root can become another user, who must be able to run the program: NOT TESTED";
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  for (const std::string& output :
       {"--save " + (folder / "model").string(), "--checkpoint " + (folder / "run").string(),
        "--predictions " + (folder / "p.csv").string()}) {
    const ProgramResult result = run_program(other_user + MINNOW_APPS_DIR "/minnow " + tiny + output + " 2>&1");
    EXPECT_EQ(result.exit_code, 1) << output << result.output;
    EXPECT_EQ(result.output.find("epoch"), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("ermission"), std::string::npos) << result.output;
  }
  fs::create_directory(folder / "closed");
  fs::permissions(folder / "closed", fs::perms::owner_all);
  const std::string closed = (folder / "closed/x").string();
  ASSERT_EQ(run_minnow(tiny + "--save " + (folder / "model").string()).exit_code, 0);
  fs::permissions(folder / "model", fs::perms::all);
  for (const std::string& arguments :
       {"train --checkpoint " + closed + " --resume", "train --config " + closed, "train --model " + closed,
        "predict " + (folder / "model").string() + " " + closed, "draw " + closed + "/y", "report " + closed}) {
    const ProgramResult result = run_program(other_user + MINNOW_APPS_DIR "/minnow " + arguments + " 2>&1");
    EXPECT_EQ(result.exit_code, 1) << arguments << result.output;
    EXPECT_NE(result.output.find("ermission"), std::string::npos) << result.output;
    EXPECT_EQ(result.output.find("filesystem error"), std::string::npos) << result.output;
  }
}

TEST(MinnowCommand, WritesItsFilesIfTheReaderOfItsOutputCloses) {
  const TemporaryFolder folder;
  const std::string model = (folder / "model").string();
  const auto piped = [](const std::string& arguments, const std::string& reader) {
    return run_program("bash -c 'set -o pipefail; " MINNOW_APPS_DIR "/minnow " + arguments + " 2>&1 | " + reader + "'");
  };
  EXPECT_EQ(piped(tiny + "--save " + model, "true").exit_code, 0);
  EXPECT_EQ(run_minnow("eval --json " + model).exit_code, 0);
  const ProgramResult ended = piped("train --drawings 160 --size 16 --model mlp:8 --epochs 100000", "head -n 1");
  EXPECT_EQ(ended.exit_code, 141) << ended.output;
  EXPECT_EQ(lines_in(ended.output), 1) << ended.output;
  const ProgramResult full = run_program(MINNOW_APPS_DIR "/minnow " + tiny + "--save " + model + "2 2>&1 > /dev/full");
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_EQ(full.output, "minnow train: the standard output cannot be written (No space left on device).\n");
  EXPECT_TRUE(fs::exists(model + "2"));
  const std::string full_line = ": the standard output cannot be written (No space left on device).\n";
  for (const auto& [arguments, name] : std::vector<std::pair<std::string, std::string>>{
           {"man", "minnow man"}, {"", "minnow"}, {"--version", "minnow"}, {"train --help", "minnow train"}}) {
    const ProgramResult result = run_program(MINNOW_APPS_DIR "/minnow " + arguments + " 2>&1 > /dev/full");
    EXPECT_EQ(result.exit_code, 1) << arguments;
    EXPECT_EQ(result.output, name + full_line);
    EXPECT_EQ(run_program(MINNOW_APPS_DIR "/minnow " + arguments + " >&- 2>/dev/null").exit_code, 1) << arguments;
  }
  EXPECT_EQ(run_program(MINNOW_APPS_DIR "/minnow eval /no/such/file 2>&-").exit_code, 1);
  EXPECT_EQ(piped("", "true").exit_code, 141);
}

TEST(MinnowCommand, ReplacesATextOnlyWhenItIsComplete) {
  const TemporaryFolder folder;
  std::ofstream(folder / "old.csv") << "old";
  fs::create_hard_link(folder / "old.csv", folder / "p.csv");
  EXPECT_EQ(run_minnow(tiny + "--predictions " + (folder / "p.csv").string()).exit_code, 0);
  EXPECT_EQ(file_content(folder / "old.csv"), "old");
  EXPECT_EQ(file_content(folder / "p.csv").rfind("image,class,predicted,", 0), 0u);
  EXPECT_EQ(run_minnow(tiny + "--predictions /dev/null").exit_code, 0);
}

TEST(MinnowCommand, AClosedOutputIsNoFileOfTheProgram) {
  const TemporaryFolder folder;
  const std::string model = (folder / "model").string();
  EXPECT_EQ(run_program(MINNOW_APPS_DIR "/minnow " + tiny + "--save " + model + " >&- 2>&-").exit_code, 1);
  EXPECT_EQ(run_minnow("eval " + model).exit_code, 0);
}

TEST(MinnowCommand, CompletesItsOptions) {
  const TemporaryFolder folder;
  std::ofstream(folder / "script") << run_minnow("completion bash").output;
  const auto completed = [&](const std::string& words) {
    return run_program("bash -c 'source " + (folder / "script").string() + "; COMP_WORDS=(minnow " + words +
                       "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _minnow; echo ${COMPREPLY[@]}'")
        .output;
  };
  EXPECT_EQ(completed("tr"), "train\n");
  EXPECT_EQ(completed("train --opt"), "--optimizer\n");
  EXPECT_EQ(completed("train --optimizer \"\""), "sgd adamw\n");
  EXPECT_EQ(completed("train --epochs \"\""), "\n");
  EXPECT_EQ(completed("completion z"), "zsh\n");
  EXPECT_NE(run_minnow("completion fish").output.find("-l optimizer -x -a 'sgd adamw' -d"), std::string::npos);
  EXPECT_NE(run_minnow("completion zsh").output.find("'--checkpoint[The folder of the run"), std::string::npos);
  const std::string manual = run_minnow("man").output;
  for (const char* part :
       {".TH MINNOW 1", "\\fB\\-\\-optimizer\\fR \\fIsgd|adamw\\fR", ".SS minnow predict", ".B 130, 143"})
    EXPECT_NE(manual.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace minnow
