// Saves two models in turn as one file until it is killed. usage: save_repeatedly FILE

#include <minnow/io.hpp>

#include <tests/support/saved_models.hpp>

#include <cstdio>

int main(int, char** argv) {
  using namespace minnow;
  const Sequential models[] = {saved_model(0), saved_model(1)};
  for (std::size_t i = 0;; ++i) {
    save_model(models[i % 2], argv[1]);
    if (i == 1) std::puts("saved twice"), std::fflush(stdout);
  }
}
