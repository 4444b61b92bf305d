// Trains a classifier of clothes, on the pictures of Fashion-MNIST, which are laid out as MNIST's.

#include <apps/mnist/program.hpp>

int main(int argc, char** argv) {
  return run_program(
      {.name = "fashion_mnist",
       .description = "Trains a small network to tell ten kinds of clothes apart, and shows how well it\n"
                      "does. The pictures come with Debian's package dataset-fashion-mnist.",
       .folder = "/usr/share/datasets/fashion-mnist",
       .read = minnow::datasets::fashion_mnist,
       .mirrored = true},
      argc, argv);
}
