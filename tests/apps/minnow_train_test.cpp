// minnow train, eval, predict and inspect: on drawn animals, photographs and IDX files.

#include <minnow/io.hpp>
#include <minnow/models/sequential.hpp>

#include <tests/apps/programs.hpp>
#include <tests/support/idx_bytes.hpp>
#include <tests/support/temporary_folder.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <regex>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using minnow::testing::TemporaryFolder;

const std::string tiny = "train --drawings 160 --size 16 --model mlp:8 --epochs 2 ";

std::string tensors_of(const fs::path& path) {
  const std::string bytes = file_content(path);
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return bytes.substr(sizeof(header) + header);
}

TEST(MinnowTrain, SavesAModelThatTheOtherCommandsRead) {
  const TemporaryFolder folder;
  const std::string model = (folder / "animals.safetensors").string(), csv = (folder / "a.csv").string();
  const ProgramResult trained = run_minnow(tiny + "--save " + model + " --predictions " + csv);
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  for (const char* piece :
       {"Drawings of dog, cat, horse and cheetah, 16 x 16 pixels\n", "152 to train on, 8 for validation, 20 to test\n",
        "Dense(768 -> 8)", "epoch 1/2  loss ", "  validation ", "\ntrained in ", "\ntest loss ", "true \\ predicted",
        "\nSaved the model as "})
    EXPECT_NE(trained.output.find(piece), std::string::npos) << piece << "\n" << trained.output;
  EXPECT_EQ(trained.output.find('\r'), std::string::npos) << "a progress bar was drawn into a pipe";

  const ProgramResult evaluated = run_minnow("eval " + model + " --predictions " + (folder / "b.csv").string());
  EXPECT_EQ(evaluated.exit_code, 0) << evaluated.output;
  EXPECT_NE(evaluated.output.find("precision   recall"), std::string::npos) << evaluated.output;
  EXPECT_EQ(file_content(folder / "b.csv"), file_content(csv));
  EXPECT_EQ(lines_in(file_content(csv)), 21);
  const ProgramResult json = run_minnow("eval " + model + " --json");
  EXPECT_TRUE(
      std::regex_match(json.output, std::regex(R"(\{"model": .*"samples": 20, "accuracy": 0?\.?[0-9]+, .*\]\]\}\n)")))
      << json.output;

  const ProgramResult shown = run_minnow("inspect " + model);
  for (const char* piece : {"a model of Minnow: 4 tensors, 6,188 elements", "written by    minnow ", "(3, 16, 16)",
                            "dog, cat, horse, cheetah", "Dense(8 -> 4)", "% on 20 test samples"})
    EXPECT_NE(shown.output.find(piece), std::string::npos) << piece << "\n" << shown.output;
}

TEST(MinnowTrain, TheSettingsOfARunMakeTheSameRun) {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder / name).string(); };
  const std::string settings =
      "--label-smoothing 0.1 --optimizer adamw --schedule one-cycle --ema 0.9 --accumulate 2 "
      "--balance sampler --patience 5 --seed 7 ";
  const ProgramResult first = run_minnow(tiny + settings + "--checkpoint " + path("run"));
  ASSERT_EQ(first.exit_code, 0) << first.output;
  for (const char* file : {"run.json", "model.safetensors", "best.safetensors", "history.csv", "history.jsonl"})
    EXPECT_TRUE(fs::exists(folder / "run" / file)) << file;
  const ProgramResult again = run_minnow("train --config " + path("run/run.json") + " --save " + path("again"));
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(file_content(folder / "again"), file_content(folder / "run/model.safetensors"));
  const ProgramResult other =
      run_minnow("train --quiet --seed 8 --config " + path("run/run.json") + " --save " + path("other"));
  EXPECT_EQ(other.output, "");
  EXPECT_NE(tensors_of(folder / "other"), tensors_of(folder / "again"));
  expect_refusal(tiny + "--checkpoint " + path("run"), "minnow train", "--resume");
}

TEST(MinnowTrain, ARunContinuesOnlyWithItsSettings) {
  const TemporaryFolder folder;
  const std::string run = (folder / "run").string();
  ASSERT_EQ(run_minnow(tiny + "--checkpoint " + run).exit_code, 0);
  const std::string settings = file_content(folder / "run/run.json");
  const std::string resume = "train --resume --checkpoint " + run;
  expect_refusal(resume + " --batch-size 32", "minnow train",
                 "--resume: expected --batch-size 64 as in " + run + "/run.json, got --batch-size 32.");
  expect_refusal(resume + " --patience 3", "minnow train", "expected no --patience as in ");
  expect_refusal(resume + " --model cnn --epochs 2", "minnow train", "expected --model mlp:8 as in ");
  const ProgramResult same = run_minnow(resume + " --threads 1 --epochs 2 --model mlp:8 --keep 2");
  EXPECT_EQ(same.exit_code, 0) << same.output;
  EXPECT_EQ(file_content(folder / "run/run.json"), settings) << "with the first command";
  fs::remove(folder / "run/run.json");
  expect_refusal(resume, "minnow train", "/run.json, the settings of the checkpoints there, got none.");
}

TEST(MinnowTrain, UsesTheArchitectureOfAFile) {
  const TemporaryFolder folder;
  const std::string json = (folder / "net.json").string(), model = (folder / "model").string();
  std::ofstream(json) << R"({"type": "Sequential", "children": [{"type": "Flatten"},
    {"type": "Dense", "attributes": {"in": 768, "out": 8, "bias": true}}, {"type": "LayerNorm", "attributes": {"normalized_shape": [8]}},
    {"type": "ReLU"}, {"type": "Dropout", "attributes": {"p": 0.1}}, {"type": "Dense", "attributes": {"in": 8, "out": 4}}]})";
  const ProgramResult trained =
      run_minnow("train --drawings 160 --size 16 --epochs 1 --model " + json + " --save " + model);
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_NE(trained.output.find("LayerNorm"), std::string::npos) << trained.output;
  fs::remove(json);
  EXPECT_EQ(run_minnow("eval " + model).exit_code, 0) << "the model file contains the architecture";
  const ProgramResult exported =
      run_minnow("export " + model + " --architecture " + json + " --npz " + (folder / "weights.npz").string() +
                 " --weights " + (folder / "weights").string());
  EXPECT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_EQ(run_minnow("train --drawings 16 --size 16 --epochs 1 --model " + json).exit_code, 0);
  for (const char* file : {"weights.npz", "weights"}) {
    const ProgramResult shown = run_minnow("inspect " + (folder / file).string());
    EXPECT_NE(shown.output.find("1.weight  F32      (8, 768)"), std::string::npos) << shown.output;
    Sequential loaded = load_model(model);
    EXPECT_TRUE(load_weights(loaded, folder / file).empty()) << file;
  }
  expect_refusal(
      "train --quiet --drawings 16 --size 20 --model " + json, "minnow train",
      "does not fit samples (3, 20, 20): layer 1, Dense(768 -> 8): expected input (N, ..., 768), got (1, 1200)");
  std::ofstream(folder / "five.json") << R"({"type": "Dense", "attributes": {"in": 16, "out": 5}})";
  expect_refusal("train --quiet --drawings 16 --size 16 --model " + (folder / "five.json").string(), "minnow train",
                 "expected an output (1, 4) for samples (3, 16, 16), got (1, 3, 16, 5)");
}

/// Starts `minnow ARGUMENTS`, and sends a signal when the history has two more lines. Returns the exit status.
int stop_by(int signal, const std::string& arguments, const fs::path& run) {
  const std::string command =
      "exec " MINNOW_APPS_DIR "/minnow " + arguments + " > " + (run.string() + ".log") + " 2>&1";
  const std::ptrdiff_t lines = std::max<std::ptrdiff_t>(1, lines_in(file_content(run / "history.csv"))) + 2;
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  for (int i = 0; i < 4000 && lines_in(file_content(run / "history.csv")) < lines; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(child, signal);
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(MinnowTrain, AStoppedRunContinuesToTheSameBits) {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  const std::string arguments = "train --drawings 160 --size 16 --model mlp:8 --epochs 60 ";
  ASSERT_EQ(run_minnow(arguments + "--save " + (folder / "whole").string()).exit_code, 0);
  EXPECT_EQ(stop_by(SIGINT, arguments + "--checkpoint " + run.string(), run), 130);
  const std::string log = file_content(run.string() + ".log");
  EXPECT_NE(log.find("\nTo continue: minnow train --checkpoint " + run.string() + " --resume\n"), std::string::npos)
      << log;
  EXPECT_EQ(stop_by(SIGTERM, "train --resume --checkpoint " + run.string(), run), 143);
  const ProgramResult resumed = run_minnow("train --resume --checkpoint " + run.string());
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(file_content(run / "model.safetensors"), file_content(folder / "whole"));
}

TEST(MinnowTrain, ReadsPhotographsAndIdxFiles) {
  const TemporaryFolder folder;
  const std::string photographs = (folder / "photographs").string(), model = (folder / "model").string();
  ASSERT_EQ(run_minnow("draw " + photographs + " --train 48 --test 8 --size 20").exit_code, 0);
  const ProgramResult trained =
      run_minnow("train --data " + photographs + " --size 16 --epochs 1 --model mlp:8 --flip --save " + model);
  EXPECT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_NE(trained.output.find("Photographs of cat, cheetah, dog and horse, 16 x 16 pixels\n43 to train on, 5 for "
                                "validation, 8 to test\n"),
            std::string::npos)
      << trained.output;
  EXPECT_NE(run_minnow("inspect " + model).output.find("mirrored      true"), std::string::npos);

  const ProgramResult table = run_minnow("predict " + model + " " + photographs + "/test/dog");
  EXPECT_EQ(table.exit_code, 0) << table.output;
  EXPECT_EQ(lines_in(table.output), 2) << table.output;
  const ProgramResult csv = run_minnow("predict --csv " + model + " " + photographs + "/test/dog/dog_0000.png");
  EXPECT_EQ(csv.output.rfind("image,predicted,cat,cheetah,dog,horse\n" + photographs, 0), 0u) << csv.output;

  std::ofstream(folder / "list") << photographs << "/test/cat/cat_0001.png\n" << model << "\n";
  const ProgramResult listed = run_app("minnow predict --json " + model + " < " + (folder / "list").string());
  EXPECT_EQ(listed.exit_code, 1) << "a model is no image";
  EXPECT_NE(listed.output.find("{\"image\": \"" + photographs + "/test/cat/cat_0001.png\", \"predicted\": \""),
            std::string::npos)
      << listed.output;
  EXPECT_NE(listed.output.find("minnow predict: 1 of 2 files could not be read.\n"), std::string::npos);

  for (const std::string part : {"train", "t10k"}) {
    test::Bytes pixels, labels;
    for (std::uint32_t i = 0; i < 40; ++i) {
      labels.push_back(static_cast<std::uint8_t>(i % 10));
      for (unsigned k = 0; k < 64; ++k) pixels.push_back(static_cast<std::uint8_t>(i * k % 251));
    }
    test::write_bytes(folder / (part + "-images-idx3-ubyte"), test::idx(0x803, {40, 8, 8}, pixels));
    test::write_bytes(folder / (part + "-labels-idx1-ubyte"), test::idx(0x801, {40}, labels));
  }
  const std::string digits = (folder / "digits").string(), idx = folder.path().string();
  const ProgramResult of_idx = run_minnow("train --data " + idx + " --epochs 1 --model cnn --save " + digits);
  EXPECT_EQ(of_idx.exit_code, 0) << of_idx.output;
  EXPECT_NE(of_idx.output.find("36 to train on, 4 for validation, 40 to test"), std::string::npos) << of_idx.output;
  EXPECT_EQ(run_minnow("predict " + digits + " " + photographs + "/test").exit_code, 0) << "colour becomes grey";
  expect_refusal("eval " + model + " --json --data " + idx, "minnow eval",
                 "expected samples (3, 16, 16) of cat, cheetah, dog and horse, got samples (1, 8, 8) of 0, 1, ");
}

TEST(MinnowPredict, ClassifiesDrawings) {
  const TemporaryFolder folder;
  const std::string model = (folder / "model.safetensors").string(), images = (folder / "images").string();
  ASSERT_EQ(run_minnow("train --quiet --size 16 --drawings 2000 --epochs 3 --save " + model).exit_code, 0);
  ASSERT_EQ(run_minnow("draw " + images + " --train 4 --test 32 --size 48").exit_code, 0);
  const ProgramResult result = run_minnow("predict " + model + " " + images + "/test/cheetah");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(lines_in(result.output), 8) << result.output;
  std::size_t cheetahs = 0;
  for (std::size_t at = 0; (at = result.output.find(".png  cheetah", at)) != std::string::npos; ++at) ++cheetahs;
  EXPECT_GE(cheetahs, 6u) << result.output;

  std::ofstream(folder / "text.jpg") << "no image";
  const ProgramResult failed =
      run_minnow("predict " + model + " " + (folder / "text.jpg").string() + " " + images + "/test/cheetah");
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_NE(failed.output.find("text.jpg: not a JPEG or PNG"), std::string::npos) << failed.output;
  EXPECT_NE(failed.output.find("\nminnow predict: 1 of 9 files could not be read.\n"), std::string::npos)
      << failed.output;
  EXPECT_NE(failed.output.find("_0007.png  "), std::string::npos) << "the others are classified\n" << failed.output;
}

}  // namespace
}  // namespace minnow
