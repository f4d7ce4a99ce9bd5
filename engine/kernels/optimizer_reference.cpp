#include "kernels/optimizer.hpp"

#include <cmath>

namespace convolab {

AdamRates adam_rates(const RunContext& context, const AdamArgs& a) {
  const double t = static_cast<double>(context.step + 1);
  const double rate = static_cast<double>(context.learning_rate);
  return {rate / (1.0 - std::pow(static_cast<double>(a.beta1), t)),
          1.0 / std::sqrt(1.0 - std::pow(static_cast<double>(a.beta2), t)),
          a.decoupled ? 1.0 - rate * static_cast<double>(a.weight_decay) : 1.0};
}

namespace reference {

template <class T>
void sgd_update(const RunContext& context, const SgdArgs& a, const T* d_w, T* w, T* momentum) {
  const T rate = static_cast<T>(context.learning_rate);
  const T mu = static_cast<T>(a.momentum), decay = static_cast<T>(a.weight_decay);
  for (std::int64_t i = 0; i < a.elements; ++i) {
    T g = d_w[i] + decay * w[i];
    if (momentum) {
      momentum[i] = context.step == 0 ? g : mu * momentum[i] + g;
      g = a.nesterov ? g + mu * momentum[i] : momentum[i];
    }
    w[i] -= rate * g;
  }
}

template <class T>
void rmsprop_update(const RunContext& context, const RmsPropArgs& a, const T* d_w, T* w,
                    T* square_average, T* momentum) {
  const T rate = static_cast<T>(context.learning_rate);
  const T alpha = static_cast<T>(a.alpha), eps = static_cast<T>(a.eps);
  const T mu = static_cast<T>(a.momentum), decay = static_cast<T>(a.weight_decay);
  for (std::int64_t i = 0; i < a.elements; ++i) {
    const T g = d_w[i] + decay * w[i];
    square_average[i] = alpha * square_average[i] + (T(1) - alpha) * g * g;
    T change = g / (std::sqrt(square_average[i]) + eps);
    if (momentum) change = momentum[i] = mu * momentum[i] + change;
    w[i] -= rate * change;
  }
}

template <class T>
void adam_update(const RunContext& context, const AdamArgs& a, const T* d_w, T* w, T* average,
                 T* square_average) {
  const AdamRates rates = adam_rates(context, a);
  const T rate = static_cast<T>(rates.rate), root = static_cast<T>(rates.root);
  const T shrink = static_cast<T>(rates.shrink), eps = static_cast<T>(a.eps);
  const T beta1 = static_cast<T>(a.beta1), beta2 = static_cast<T>(a.beta2);
  const T decay = static_cast<T>(a.decoupled ? 0.0f : a.weight_decay);
  for (std::int64_t i = 0; i < a.elements; ++i) {
    const T g = d_w[i] + decay * w[i];
    average[i] = beta1 * average[i] + (T(1) - beta1) * g;
    square_average[i] = beta2 * square_average[i] + (T(1) - beta2) * g * g;
    w[i] = shrink * w[i] - rate * average[i] / (std::sqrt(square_average[i]) * root + eps);
  }
}

#define CONVOLAB_INSTANTIATE(T)                                                              \
  template void sgd_update(const RunContext&, const SgdArgs&, const T*, T*, T*);             \
  template void rmsprop_update(const RunContext&, const RmsPropArgs&, const T*, T*, T*, T*); \
  template void adam_update(const RunContext&, const AdamArgs&, const T*, T*, T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace reference

}  // namespace convolab
