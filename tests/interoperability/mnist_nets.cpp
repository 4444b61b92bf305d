// Writes the nets of apps/mnist and apps/fashion_mnist. usage: mnist_nets FOLDER

#include <apps/mnist/networks.hpp>
#include <tests/interoperability/cases.hpp>

int main(int, char** argv) {
  using namespace minnow;
  const Shape image{1, 28, 28};
  for (const Network& network : networks())
    testing::write_program_net(argv[1], "mnist-" + network.name, network.make(image, 10, Rng{1}), image);
}
