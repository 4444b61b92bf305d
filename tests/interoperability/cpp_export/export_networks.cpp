// export_networks FOLDER writes the headers of the networks with inputs and expected outputs: programs.hpp includes
// those of the programs, layers.hpp those of single layers and random nets. Both end with a table for run_networks.cpp.

#include <tests/interoperability/cpp_export/networks.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

void write_array(std::ofstream& file, const std::string& name, const Tensor& tensor) {
  file << "static const float " << name << "[] = {";
  char text[32];
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    std::snprintf(text, sizeof text, "%.8ef,", static_cast<double>(tensor.data()[i]));
    file << (i % 8 == 0 ? "\n" : " ") << text;
  }
  file << "};\n";
}

/// Writes the header of a network, and inputs and outputs; appends its row of the table.
void write_network(const fs::path& folder, std::ofstream& file, std::string& table, const std::string& name,
                   Sequential& model, const cpp_export::Network& network, CppWeights weights) {
  const Shape& shape = network.inputs.shape();
  export_cpp(model, folder / (name + ".hpp"),
             {.name = name, .input = Shape(shape.begin() + 1, shape.end()), .weights = weights});
  if (weights == CppWeights::int8) cpp_export::round_weights(model);
  file << "#include \"" << name << ".hpp\"\n";
  write_array(file, name + "_inputs", network.inputs);
  write_array(file, name + "_expected", model.predict(network.inputs));
  char row[300];
  std::snprintf(row, sizeof row,
                "    {\"%s\", %zu, %s::input_size, %s::output_size, %s::workspace_size, %s_inputs, %s_expected, "
                "%s::predict, %ge-5f},\n",
                name.c_str(), shape[0], name.c_str(), name.c_str(), name.c_str(), name.c_str(), name.c_str(),
                name.c_str(), network.scale);
  table += row;
}

/// Returns true if round_weights() rounds as export_cpp does: if no norm is folded in.
bool has_norm(const Layer& model) { return to_string(*model.config()).find("Norm") != std::string::npos; }

void write_networks(const fs::path& folder, const std::string& name, std::vector<cpp_export::Network> networks) {
  std::ofstream file(folder / (name + ".hpp"));
  std::string table;
  for (cpp_export::Network& network : networks) {
    write_network(folder, file, table, network.name, network.model, network, CppWeights::float32);
    if (!has_norm(network.model) && network.model.num_parameters() > 0)
      write_network(folder, file, table, network.name + "_int8", network.model, network, CppWeights::int8);
  }
  file << "static const Network networks[] = {\n" << table << "};\n";
}

/// Writes the header of docs/models.md, and what the program of the page prints.
void write_page(const fs::path& folder) {
  Rng rng{1};
  Sequential model{Flatten(), Dense(12, 8, rng), BatchNorm1d(8), ReLU(), Dense(8, 2, rng), Softmax()};
  export_cpp(model, folder / "pets.hpp", {.name = "pets", .input = {3, 2, 2}, .class_names = {"dog", "cat"}});
  Tensor x = zeros({1, 3, 2, 2});
  x(0, 0, 0, 0) = Real{0.5};
  const Tensor& y = model.predict(x);
  char text[64];
  std::snprintf(text, sizeof text, "dog %.3f\ncat %.3f\n", static_cast<double>(y(0, 0)), static_cast<double>(y(0, 1)));
  std::ofstream(folder / "pets.txt") << text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path folder = argv[1];
  fs::create_directories(folder);
  write_networks(folder, "programs", cpp_export::program_networks());
  write_page(folder);
  write_networks(folder, "layers", cpp_export::layer_networks());
}
