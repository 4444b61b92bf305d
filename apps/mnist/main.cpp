// Trains a classifier of handwritten digits.

#include <apps/mnist/program.hpp>

int main(int argc, char** argv) {
  return run_program({.name = "mnist",
                      .description = "Trains a small classifier of handwritten digits, and evaluates it.",
                      .folder = std::nullopt,
                      .shift = 2},
                     argc, argv);
}
