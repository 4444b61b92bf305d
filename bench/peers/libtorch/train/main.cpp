// A training run of LibTorch, equivalent to a run of Minnow's programs. Prints a line of JSON: the seconds of training
// without loading and testing, and the loss and accuracy on the test images.
//
// usage: torch_train --data FILE --net SPEC [--epochs 25] [--batch-size 64] [--learning-rate 0.003]
//                    [--schedule one_cycle|linear] [--weight-decay 0.01] [--label-smoothing 0.05] [--flip 1]
//                    [--shift 4] [--jitter 0] [--cutout 0] [--mirror 0] [--seed 1] [--threads 1]
//                    [--layout channels_last|planes] [--limit N]
//
// scripts/images_to_raw.py writes FILE. bench/cases.txt explains the words of SPEC, here separated by commas. The
// optimizer is AdamW, without decay of biases and norms. With --mirror 1, logits of test images are averaged with those
// of their mirror images. With --limit, training stops after N steps; scripts/bench_training compares layouts this way.

#include <bench/peers/libtorch/maker.hpp>
#include <bench/peers/libtorch/train/images.hpp>
#include <bench/peers/libtorch/train/schedule.hpp>
#include <bench/support/peak_memory.hpp>

#include <chrono>
#include <cstdio>
#include <map>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

namespace {

using Options = std::map<std::string, std::string>;

Options parse(int argc, char** argv) {
  Options options{{"data", ""},
                  {"net", ""},
                  {"epochs", "25"},
                  {"batch-size", "64"},
                  {"learning-rate", "0.003"},
                  {"schedule", "one_cycle"},
                  {"weight-decay", "0.01"},
                  {"label-smoothing", "0.05"},
                  {"flip", "1"},
                  {"shift", "4"},
                  {"jitter", "0"},
                  {"cutout", "0"},
                  {"mirror", "0"},
                  {"seed", "1"},
                  {"threads", "1"},
                  {"layout", "channels_last"},
                  {"limit", "0"}};
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    const auto found = options.find(name.substr(std::min<std::size_t>(2, name.size())));
    if (name.substr(0, 2) != "--" || found == options.end()) throw std::invalid_argument(name + ": unknown option");
    if (i + 1 == argc) throw std::invalid_argument(name + ": expected a value");
    found->second = argv[i + 1];
  }
  for (const char* needed : {"data", "net"})
    if (options[needed].empty())
      throw std::invalid_argument(std::string("--") + needed + ": expected a value, got none");
  return options;
}

/// Returns two groups: weights, with decay, and biases and norms, without decay.
std::vector<torch::optim::OptimizerParamGroup> parameter_groups(torch::nn::Sequential& model, double decay) {
  std::vector<torch::Tensor> weights, others;
  for (const auto& parameter : model->parameters()) (parameter.dim() > 1 ? weights : others).push_back(parameter);
  const auto options = [](double rate) {
    return std::make_unique<torch::optim::AdamWOptions>(torch::optim::AdamWOptions().weight_decay(rate));
  };
  return {{weights, options(decay)}, {others, options(0)}};
}

/// Sets the learning rate and beta1 of a step.
void set_rates(const Schedule& schedule, std::int64_t step, torch::optim::AdamW& optimizer) {
  for (auto& group : optimizer.param_groups()) {
    auto& options = static_cast<torch::optim::AdamWOptions&>(group.options());
    options.lr(schedule.rate(step)).betas({schedule.beta1(step), 0.999});
  }
}

/// Trains the model. Returns the seconds of training.
double train(torch::nn::Sequential& model, const Images& images, at::MemoryFormat format, const Options& options) {
  const std::int64_t epochs = std::stol(options.at("epochs")), batch_size = std::stol(options.at("batch-size"));
  const std::int64_t size = images.train.size(0), epoch_steps = (size + batch_size - 1) / batch_size;
  const std::int64_t limit = std::stol(options.at("limit"));
  const auto loss_options =
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(std::stod(options.at("label-smoothing")));
  Augment augment(images,
                  {options.at("flip") == "1", std::stoi(options.at("shift")), std::stod(options.at("jitter")),
                   std::stoi(options.at("cutout"))},
                  static_cast<unsigned>(std::stoul(options.at("seed"))));
  const Schedule schedule(options.at("schedule"), std::stod(options.at("learning-rate")), epochs * epoch_steps);
  torch::optim::AdamW optimizer(parameter_groups(model, std::stod(options.at("weight-decay"))));
  const auto parameters = model->parameters();

  const auto start = std::chrono::steady_clock::now();
  model->train();
  std::int64_t step = 0;
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch)
    for (const auto& chosen : torch::randperm(size, torch::kInt64).split(batch_size)) {
      const auto x = augment(chosen).contiguous(format);
      const auto labels = images.train_labels.index_select(0, chosen);
      set_rates(schedule, step, optimizer);
      for (const auto& parameter : parameters) parameter.mutable_grad().reset();
      torch::nn::functional::cross_entropy(model->forward(x), labels, loss_options).backward();
      optimizer.step();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      if (++step == limit || step == epochs * epoch_steps) return taken.count();
    }
  return 0;
}

struct Result {
  double loss, accuracy;
};

Result test(torch::nn::Sequential& model, const Images& images, at::MemoryFormat format, bool mirror) {
  const torch::NoGradGuard guard;
  model->eval();
  std::vector<torch::Tensor> logits;
  for (const auto& x : images.test.split(256)) {
    logits.push_back(model->forward(x.contiguous(format)));
    if (mirror) logits.back() = (logits.back() + model->forward(x.flip(3).contiguous(format))) / 2;
  }
  const auto all = torch::cat(logits);
  return {torch::nn::functional::cross_entropy(all, images.test_labels).item<double>(),
          all.argmax(1).eq(images.test_labels).to(torch::kFloat64).mean().item<double>()};
}

void run(const Options& options) {
  at::set_num_threads(std::stoi(options.at("threads")));
  at::globalContext().setFlushDenormal(true);
  torch::manual_seed(std::stoull(options.at("seed")));
  const Images images = read_images(options.at("data"));
  const bool last = options.at("layout") == "channels_last";
  const auto format = last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;

  bench::TorchMaker maker;
  const auto words = bench::split(options.at("net"), ',');
  auto model = bench::NetworkBuilder<bench::TorchMaker>(maker, words, images.train.sizes().vec()).build();
  std::int64_t parameters = 0;
  for (auto& parameter : model->parameters()) {
    parameters += parameter.numel();
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(format));
  }
  const double seconds = train(model, images, format, options);
  const Result result = test(model, images, format, options.at("mirror") == "1");
  std::printf(R"({"who": "LibTorch", "layout": "%s", "threads": %s, "seed": %s, "parameters": %ld, "seconds": %.2f, )"
              R"("loss": %.4f, "accuracy": %.4f, "peak": %zu})"
              "\n",
              options.at("layout").c_str(), options.at("threads").c_str(), options.at("seed").c_str(), parameters,
              seconds, result.loss, result.accuracy, bench::peak_memory());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "torch_train: %s\n", error.what());
    return 1;
  }
}
