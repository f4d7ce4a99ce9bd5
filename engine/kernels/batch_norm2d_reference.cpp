#include "kernels/batch_norm2d.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/layout.hpp"

// Sums are kept in double for float operands too: this is the truth that others are measured by.
namespace convolab::reference {

namespace {

// y = (x − mean)·inverse_std·weight + bias for one channel.
template <class T>
void normalise(std::int64_t inner, const T* x, double mean, double inverse_std, double weight,
               double bias, T* y) {
  for (std::int64_t i = 0; i < inner; ++i)
    y[i] = static_cast<T>((static_cast<double>(x[i]) - mean) * inverse_std * weight + bias);
}

template <class T>
double value_or(const T* values, int c, double otherwise) {
  return values ? static_cast<double>(values[c]) : otherwise;
}

// Σ d_y and Σ d_y·x̂ of one channel.
struct Sums {
  double d_y = 0.0, d_y_x_hat = 0.0;
};

template <class T>
Sums gradient_sums(std::int64_t inner, const T* x, double mean, double inverse_std, const T* d_y) {
  Sums sums;
  for (std::int64_t i = 0; i < inner; ++i) {
    sums.d_y += static_cast<double>(d_y[i]);
    sums.d_y_x_hat +=
        static_cast<double>(d_y[i]) * (static_cast<double>(x[i]) - mean) * inverse_std;
  }
  return sums;
}

}  // namespace

template <class T>
void batch_norm2d_forward(const BatchNorm2dArgs& a, const T* x, const T* weight, const T* bias,
                          T* y, T* mean, T* inverse_std, T* running_mean, T* running_var) {
  const double count = static_cast<double>(a.inner);
  const double momentum = static_cast<double>(a.momentum);
  for (int c = 0; c < a.channels; ++c) {
    const T* xc = x + c * a.inner;
    double sum = 0.0, squares = 0.0;
    for (std::int64_t i = 0; i < a.inner; ++i) sum += static_cast<double>(xc[i]);
    const double centre = sum / count;
    for (std::int64_t i = 0; i < a.inner; ++i) {
      const double d = static_cast<double>(xc[i]) - centre;
      squares += d * d;
    }
    const double inverse = 1.0 / std::sqrt(squares / count + static_cast<double>(a.eps));
    normalise(a.inner, xc, centre, inverse, value_or(weight, c, 1.0), value_or(bias, c, 0.0),
              y + c * a.inner);
    mean[c] = static_cast<T>(centre);
    inverse_std[c] = static_cast<T>(inverse);
    const auto update = [&](T& running, double now) {
      running = static_cast<T>((1.0 - momentum) * static_cast<double>(running) + momentum * now);
    };
    if (running_mean) update(running_mean[c], centre);
    if (running_var) update(running_var[c], squares / std::max(1.0, count - 1.0));
  }
}

template <class T>
void batch_norm2d_forward_eval(const BatchNorm2dArgs& a, const T* x, const T* weight, const T* bias,
                               const T* running_mean, const T* running_var, T* y, T* mean,
                               T* inverse_std) {
  for (int c = 0; c < a.channels; ++c) {
    mean[c] = running_mean[c];
    inverse_std[c] = static_cast<T>(
        1.0 / std::sqrt(static_cast<double>(running_var[c]) + static_cast<double>(a.eps)));
    normalise(a.inner, x + c * a.inner, static_cast<double>(mean[c]),
              static_cast<double>(inverse_std[c]), value_or(weight, c, 1.0), value_or(bias, c, 0.0),
              y + c * a.inner);
  }
}

template <class T>
void batch_norm2d_backward(const BatchNorm2dArgs& a, const T* x, const T* weight, const T* mean,
                           const T* inverse_std, const T* d_y, T* d_x, T* d_weight, T* d_bias) {
  const double count = static_cast<double>(a.inner);
  for (int c = 0; c < a.channels; ++c) {
    const T* xc = x + c * a.inner;
    const T* d_yc = d_y + c * a.inner;
    const double centre = static_cast<double>(mean[c]);
    const double inverse = static_cast<double>(inverse_std[c]);
    const Sums sums = gradient_sums(a.inner, xc, centre, inverse, d_yc);
    if (d_weight) d_weight[c] = static_cast<T>(sums.d_y_x_hat);
    if (d_bias) d_bias[c] = static_cast<T>(sums.d_y);
    if (!d_x) continue;
    const double scale = value_or(weight, c, 1.0) * inverse;
    for (std::int64_t i = 0; i < a.inner; ++i) {
      const double x_hat = (static_cast<double>(xc[i]) - centre) * inverse;
      write_to(d_x[c * a.inner + i], a.write,
               scale * (static_cast<double>(d_yc[i]) - sums.d_y / count -
                        x_hat * sums.d_y_x_hat / count));
    }
  }
}

template <class T>
void batch_norm2d_backward_eval(const BatchNorm2dArgs& a, const T* x, const T* weight,
                                const T* mean, const T* inverse_std, const T* d_y, T* d_x,
                                T* d_weight, T* d_bias) {
  for (int c = 0; c < a.channels; ++c) {
    const T* d_yc = d_y + c * a.inner;
    const double inverse = static_cast<double>(inverse_std[c]);
    const Sums sums =
        gradient_sums(a.inner, x + c * a.inner, static_cast<double>(mean[c]), inverse, d_yc);
    if (d_weight) d_weight[c] = static_cast<T>(sums.d_y_x_hat);
    if (d_bias) d_bias[c] = static_cast<T>(sums.d_y);
    if (!d_x) continue;
    for (std::int64_t i = 0; i < a.inner; ++i)
      write_to(d_x[c * a.inner + i], a.write,
               value_or(weight, c, 1.0) * inverse * static_cast<double>(d_yc[i]));
  }
}

#define CONVOLAB_INSTANTIATE(T)                                                                    \
  template void batch_norm2d_forward(const BatchNorm2dArgs&, const T*, const T*, const T*, T*, T*, \
                                     T*, T*, T*);                                                  \
  template void batch_norm2d_forward_eval(const BatchNorm2dArgs&, const T*, const T*, const T*,    \
                                          const T*, const T*, T*, T*, T*);                         \
  template void batch_norm2d_backward(const BatchNorm2dArgs&, const T*, const T*, const T*,        \
                                      const T*, const T*, T*, T*, T*);                             \
  template void batch_norm2d_backward_eval(const BatchNorm2dArgs&, const T*, const T*, const T*,   \
                                           const T*, const T*, T*, T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace convolab::reference
