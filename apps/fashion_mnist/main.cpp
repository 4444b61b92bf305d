// Trains a classifier of clothes on Fashion-MNIST, whose files have the layout of MNIST.

#include <apps/mnist/program.hpp>

int main(int argc, char** argv) {
  return run_program(
      {.name = "fashion_mnist",
       .description = "Trains a small classifier of ten kinds of clothes, and evaluates it. The images are\n"
                      "in Debian's package dataset-fashion-mnist.",
       .folder = "/usr/share/datasets/fashion-mnist",
       .fashion = true},
      argc, argv);
}
