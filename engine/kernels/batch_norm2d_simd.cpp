#include "kernels/dots.hpp"
#include "kernels/simd_kernels.hpp"
#include "kernels/simd_vector.hpp"

// One task per channel. Long sums are taken in blocks and the blocks added in double, so that their
// error does not grow with the batch.
namespace convolab::simd::CONVOLAB_SIMD_VARIANT {

namespace {

// Σ f(i) over 0 … count-1, where f gives the terms of one vector.
template <class F>
double blocked_sum(std::int64_t count, const F& f) {
  constexpr std::int64_t block = 1024;
  double total = 0.0;
  for (std::int64_t begin = 0; begin < count; begin += block) {
    Vector acc(0.0f);
    for_vectors(begin, begin + block < count ? begin + block : count,
                [&](std::int64_t i, auto size) { acc += f(i, size); });
    total += static_cast<double>(sum(acc));
  }
  return total;
}

// v on the lanes that are in use, 0 beyond them.
Vector only(const Vector& v, Whole) { return v; }
Vector only(const Vector& v, Part part) {
  float values[lanes];
  save(values, v);
  return load(values, part);
}

float value_or(const float* values, std::int64_t c, float otherwise) {
  return values ? values[c] : otherwise;
}

// y = (x − mean)·inverse_std·weight + bias for one channel.
void normalise(std::int64_t inner, const float* x, float mean, float inverse_std, float weight,
               float bias, float* y) {
  const Vector centre(mean), scale(inverse_std * weight), shift(bias);
  for_vectors(0, inner, [&](std::int64_t i, auto size) {
    save(y + i, multiply_add(load(x + i, size) - centre, scale, shift), size);
  });
}

// Σ d_y and Σ d_y·x̂ of one channel.
struct Sums {
  double d_y, d_y_x_hat;
};
Sums gradient_sums(std::int64_t inner, const float* x, float mean, float inverse_std,
                   const float* d_y) {
  const Vector centre(mean), scale(inverse_std);
  return {blocked_sum(inner, [&](std::int64_t i, auto size) { return load(d_y + i, size); }),
          blocked_sum(inner, [&](std::int64_t i, auto size) {
            return load(d_y + i, size) * ((load(x + i, size) - centre) * scale);
          })};
}

template <class Body>
void for_channels(const RunContext& context, const BatchNorm2dArgs& a, const Body& body) {
  for_tasks(context, a.channels, 4 * a.channels * a.inner,
            [&](std::int64_t begin, std::int64_t end) {
              for (std::int64_t c = begin; c < end; ++c) body(c);
            });
}

float inverse_root(double variance, float eps) {
  return static_cast<float>(1.0 / __builtin_sqrt(variance + static_cast<double>(eps)));
}

}  // namespace

void batch_norm2d_forward(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                          const float* weight, const float* bias, float* y, float* mean,
                          float* inverse_std, float* running_mean, float* running_var) {
  const double count = static_cast<double>(a.inner);
  for_channels(context, a, [&](std::int64_t c) {
    const float* xc = x + c * a.inner;
    const auto value = [&](std::int64_t i, auto size) { return load(xc + i, size); };
    const double centre = blocked_sum(a.inner, value) / count;
    const Vector middle(static_cast<float>(centre));
    const double squares = blocked_sum(a.inner, [&](std::int64_t i, auto size) {
      const Vector d = only(load(xc + i, size) - middle, size);
      return d * d;
    });
    mean[c] = static_cast<float>(centre);
    inverse_std[c] = inverse_root(squares / count, a.eps);
    normalise(a.inner, xc, mean[c], inverse_std[c], value_or(weight, c, 1.0f),
              value_or(bias, c, 0.0f), y + c * a.inner);
    const auto update = [&](float& running, double now) {
      const double momentum = static_cast<double>(a.momentum);
      running =
          static_cast<float>((1.0 - momentum) * static_cast<double>(running) + momentum * now);
    };
    if (running_mean) update(running_mean[c], centre);
    if (running_var) update(running_var[c], squares / (count > 1.0 ? count - 1.0 : 1.0));
  });
}

void batch_norm2d_forward_eval(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                               const float* weight, const float* bias, const float* running_mean,
                               const float* running_var, float* y, float* mean,
                               float* inverse_std) {
  for_channels(context, a, [&](std::int64_t c) {
    mean[c] = running_mean[c];
    inverse_std[c] = inverse_root(static_cast<double>(running_var[c]), a.eps);
    normalise(a.inner, x + c * a.inner, mean[c], inverse_std[c], value_or(weight, c, 1.0f),
              value_or(bias, c, 0.0f), y + c * a.inner);
  });
}

void batch_norm2d_backward(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                           const float* weight, const float* mean, const float* inverse_std,
                           const float* d_y, float* d_x, float* d_weight, float* d_bias) {
  const double count = static_cast<double>(a.inner);
  for_channels(context, a, [&](std::int64_t c) {
    const float *xc = x + c * a.inner, *d_yc = d_y + c * a.inner;
    const Sums sums = gradient_sums(a.inner, xc, mean[c], inverse_std[c], d_yc);
    if (d_weight) d_weight[c] = static_cast<float>(sums.d_y_x_hat);
    if (d_bias) d_bias[c] = static_cast<float>(sums.d_y);
    if (!d_x) return;
    const Vector centre(mean[c]), inverse(inverse_std[c]);
    const Vector scale(value_or(weight, c, 1.0f) * inverse_std[c]);
    const Vector mean_d_y(static_cast<float>(sums.d_y / count));
    const Vector mean_d_y_x_hat(static_cast<float>(sums.d_y_x_hat / count));
    for_vectors(0, a.inner, [&](std::int64_t i, auto size) {
      const Vector x_hat = (load(xc + i, size) - centre) * inverse;
      const Vector d = load(d_yc + i, size) - mean_d_y - x_hat * mean_d_y_x_hat;
      write(d_x + c * a.inner + i, scale * d, a.write, size);
    });
  });
}

void batch_norm2d_backward_eval(const RunContext& context, const BatchNorm2dArgs& a, const float* x,
                                const float* weight, const float* mean, const float* inverse_std,
                                const float* d_y, float* d_x, float* d_weight, float* d_bias) {
  for_channels(context, a, [&](std::int64_t c) {
    const float* d_yc = d_y + c * a.inner;
    const Sums sums = gradient_sums(a.inner, x + c * a.inner, mean[c], inverse_std[c], d_yc);
    if (d_weight) d_weight[c] = static_cast<float>(sums.d_y_x_hat);
    if (d_bias) d_bias[c] = static_cast<float>(sums.d_y);
    if (!d_x) return;
    const Vector scale(value_or(weight, c, 1.0f) * inverse_std[c]);
    for_vectors(0, a.inner, [&](std::int64_t i, auto size) {
      write(d_x + c * a.inner + i, scale * load(d_yc + i, size), a.write, size);
    });
  });
}

}  // namespace convolab::simd::CONVOLAB_SIMD_VARIANT
