// Two exported networks, whose symbols are listed: together they use every kernel.

#include "every_layer.hpp"
#include "mobile.hpp"

extern "C" void predict_every_layer(const float* input, float* output, float* workspace);
extern "C" void predict_mobile(const float* input, float* output, float* workspace);

extern "C" void predict_every_layer(const float* input, float* output, float* workspace) {
  every_layer::predict(input, output, workspace);
}
extern "C" void predict_mobile(const float* input, float* output, float* workspace) {
  mobile::predict(input, output, workspace);
}
