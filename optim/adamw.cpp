#include <minnow/optim/adamw.hpp>

namespace minnow::inline MINNOW_PRECISION {

AdamW::AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options)
    : Adam(std::move(parameters),
           {.learning_rate = options.learning_rate,
            .beta1 = options.beta1,
            .beta2 = options.beta2,
            .epsilon = options.epsilon,
            .weight_decay = options.weight_decay,
            .amsgrad = options.amsgrad},
           Decay::decoupled) {}

}  // namespace minnow::inline MINNOW_PRECISION
