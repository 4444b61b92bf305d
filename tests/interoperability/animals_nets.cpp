// Writes the nets of apps/animals. usage: animals_nets FOLDER

#include <apps/animals/networks.hpp>
#include <tests/interoperability/cases.hpp>

int main(int, char** argv) {
  using namespace minnow;
  for (const Network* network : {&dense_network(), &convolutional_network()}) {
    const Shape image{3, network->size, network->size};
    testing::write_program_net(argv[1], "animals-" + network->name, network->make(image, 4, Rng{1}), image);
  }
}
