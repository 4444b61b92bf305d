// The cases of bench/cases.txt: layers and networks, forward, backward and trained.

#include <minnow/core/threading/denormals.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/models.hpp>
#include <minnow/optim/sgd.hpp>

#include <bench/support/cases.hpp>
#include <bench/support/net.hpp>
#include <bench/support/program.hpp>

#include <cstring>

namespace {

using namespace minnow;

class Maker {
 public:
  using Net = Sequential;
  static Net empty() { return {}; }
  void convolution(Net& net, long in, long out, long kernel, long stride, long groups, bool bias) {
    net.add(
        Conv2d(size(in), size(out), kernel_of(kernel), rng_,
               {.stride = kernel_of(stride), .padding = size((kernel - 1) / 2), .groups = size(groups), .bias = bias}));
  }
  static void pooling(Net& net, bool max, long kernel, long stride, long padding) {
    if (max)
      net.add(MaxPool2d(kernel_of(kernel), {.stride = kernel_of(stride), .padding = kernel_of(padding)}));
    else
      net.add(AvgPool2d(kernel_of(kernel), {.stride = kernel_of(stride), .padding = kernel_of(padding)}));
  }
  static void activation(Net& net, const std::string& name) {
    net.add(name == "gelu"      ? AnyLayer(GELU())
            : name == "softmax" ? AnyLayer(Softmax())
            : name == "r6"      ? AnyLayer(ReLU6())
                                : AnyLayer(ReLU()));
  }
  static void layer_norm(Net& net, long features) { net.add(LayerNorm(size(features))); }
  static void batch_norm(Net& net, long channels, bool images) {
    net.add(images ? AnyLayer(BatchNorm2d(size(channels))) : AnyLayer(BatchNorm1d(size(channels))));
  }
  static void mean(Net& net) { net.add(GlobalAvgPool2d()); }
  static void flatten(Net& net) { net.add(Flatten()); }
  void dropout(Net& net, double p) { net.add(Dropout(p, rng_)); }
  void embedding(Net& net, long rows, long width) { net.add(Embedding(size(rows), size(width), rng_)); }
  void dense(Net& net, long in, long out) { net.add(Dense(size(in), size(out), rng_)); }
  static void residual(Net& net, Net& body) { net.add(Residual(std::move(body))); }
  static void residual(Net& net, Net& body, Net& projection) {
    net.add(Residual(std::move(body), std::move(projection)));
  }

 private:
  static std::size_t size(long value) { return static_cast<std::size_t>(value); }
  static Size2d kernel_of(long value) { return Size2d(size(value)); }

  Rng rng_{1};
};

/// A network, its input, and the gradient of its output.
struct Run {
  Sequential model;
  Tensor x;
  double flops;  // of a forward pass of the batch
  std::vector<Parameter*> parameters;

  explicit Run(const bench::Case& c) {
    Maker maker;
    bench::NetworkBuilder<Maker> builder(maker, c.words, c.input);
    model = builder.build();
    flops = builder.flops() * static_cast<double>(c.input[0]);
    x = zeros(c.reads_indices() ? Shape{c.size()} : Shape(c.input.begin(), c.input.end()));
    bench::fill_input(c, x.data());
    for (auto& entry : model.state())
      if (entry.parameter != nullptr) {
        FixedTensor& value = *entry.value;
        bench::fill_parameter(entry.name, parameters.size(), value.data(), value.size(), value.shape()[0],
                              value.shape().size() == 1);
        parameters.push_back(entry.parameter);
      }
  }
};

void predict(benchmark::State& state, const bench::Case& c) {
  Run run(c);
  const Tensor& y = run.model.predict(run.x);
  state.counters["check_squares"] = bench::squares(y.data(), y.size());
  state.counters["check_flops"] = run.flops;
  for (auto _ : state) benchmark::DoNotOptimize(run.model.predict(run.x).data());
}

/// Forward in train mode, and with `both` also backward, with the gradients of x and of the parameters.
void pass(benchmark::State& state, const bench::Case& c, bool both) {
  Run run(c);
  Context context{Mode::train};
  Tensor y = zeros(run.model.output_shape(run.x.shape())), dy = y, dx = run.x;
  bench::fill_uniform(dy.data(), dy.size(), 1, 1);
  const auto step = [&] {
    run.model.forward(run.x, y, context);
    if (!both) return;
    for (Parameter* parameter : run.parameters) parameter->clear_gradient();  // as an optimizer's step does
    run.model.backward(run.x, y, dy, c.reads_indices() ? nullptr : &dx, context);
  };
  step();
  if (both && c.deterministic()) {
    if (!c.reads_indices()) state.counters["check_dx"] = bench::squares(dx.data(), dx.size());
    for (Parameter* parameter : run.parameters) {
      const auto& gradient = parameter->grad_to_add();
      state.counters["check_gradients"] += bench::squares(gradient.data(), gradient.size());
    }
  }
  state.counters["check_flops"] = run.flops * (both ? 3 : 1);
  for (auto _ : state) {
    step();
    benchmark::ClobberMemory();
  }
}

void train(benchmark::State& state, const bench::Case& c) {
  const FlushDenormals flush;
  Run run(c);
  const Shape output = run.model.output_shape(run.x.shape());
  Tensor labels = zeros({output[0]});
  bench::fill_labels(labels.data(), labels.size(), static_cast<std::int64_t>(output[1]));
  CrossEntropyLoss loss;
  SGD sgd{run.model.parameters(), {.learning_rate = bench::learning_rate, .momentum = bench::momentum}};
  const auto step = [&] {
    const double value = loss.forward(run.model.forward(run.x), labels);
    run.model.backward(loss.backward());
    sgd.step();
    return value;
  };
  state.counters[c.deterministic() ? "check_loss" : "loss"] = step();
  state.counters["check_flops"] = 3 * run.flops;
  for (auto _ : state) benchmark::DoNotOptimize(step());
}

/// The bound of a layer without products: a copy of as many bytes as the pass must read and write.
void copy_bytes(benchmark::State& state, const bench::Case& c) {
  Run run(c);
  const std::size_t outputs = zeros(run.model.output_shape(run.x.shape())).size();
  const std::size_t size = (run.x.size() + outputs) / 2 * (c.pass == "step" ? 2 : 1);
  const Tensor from = zeros({size});
  Tensor to = from;
  for (auto _ : state) {
    parallel_for(size, 1 << 16, [&](std::size_t begin, std::size_t end) {
      std::memcpy(to.data() + begin, from.data() + begin, (end - begin) * sizeof(float));
    });
    benchmark::ClobberMemory();
  }
}

const bool registered = [] {
  for (const auto& c : bench::read_cases(MINNOW_BENCH_CASES)) {
    const std::string name = c.benchmark("minnow");
    if (c.group == "layers") bench::measure(c.benchmark("copy"), copy_bytes, c);
    if (c.pass == "predict")
      bench::measure(name, predict, c);
    else if (c.pass == "train")
      bench::measure(name, train, c);
    else
      bench::measure(name, pass, c, c.pass == "step");
  }
  return true;
}();

}  // namespace
