#include "kernels/loss.hpp"

#include <algorithm>
#include <cmath>

namespace convolab::reference {

namespace {

// The largest logit of sample n and log Σ_c exp(logit − largest), in double.
struct LogSum {
  double largest, log_sum;
};

template <class T>
LogSum log_sum_exp(const CrossEntropyArgs& a, const T* logits, int n) {
  const auto logit = [&](int c) {
    return static_cast<double>(logits[std::int64_t{c} * a.batch + n]);
  };
  LogSum result{logit(0), 0.0};
  for (int c = 1; c < a.classes; ++c) result.largest = std::max(result.largest, logit(c));
  double sum = 0.0;
  for (int c = 0; c < a.classes; ++c) sum += std::exp(logit(c) - result.largest);
  result.log_sum = std::log(sum);
  return result;
}

}  // namespace

template <class T>
void cross_entropy_forward(const CrossEntropyArgs& a, const T* logits, const std::int32_t* labels,
                           T* losses) {
  for (int n = 0; n < a.batch; ++n) {
    const LogSum total = log_sum_exp(a, logits, n);
    const double own = static_cast<double>(logits[std::int64_t{labels[n]} * a.batch + n]);
    losses[n] = static_cast<T>(total.log_sum + (total.largest - own));
  }
}

template <class T>
void cross_entropy_backward(const CrossEntropyArgs& a, const T* logits, const std::int32_t* labels,
                            T* d_logits) {
  for (int n = 0; n < a.batch; ++n) {
    const LogSum total = log_sum_exp(a, logits, n);
    for (int c = 0; c < a.classes; ++c) {
      const std::int64_t at = std::int64_t{c} * a.batch + n;
      const double probability =
          std::exp(static_cast<double>(logits[at]) - total.largest - total.log_sum);
      d_logits[at] = static_cast<T>((probability - (c == labels[n] ? 1.0 : 0.0)) / a.batch);
    }
  }
}

template <class T>
void mse_forward(const MseArgs& a, const T* y, const std::int32_t* labels, T* losses) {
  for (int n = 0; n < a.batch; ++n) {
    double sum = 0.0;
    for (int f = 0; f < a.features; ++f) {
      const double d =
          static_cast<double>(y[std::int64_t{f} * a.batch + n]) - (f == labels[n] ? 1.0 : 0.0);
      sum += d * d;
    }
    losses[n] = static_cast<T>(sum / a.features);
  }
}

template <class T>
void mse_backward(const MseArgs& a, const T* y, const std::int32_t* labels, T* d_y) {
  const double scale = 2.0 / (static_cast<double>(a.features) * a.batch);
  for (int f = 0; f < a.features; ++f)
    for (int n = 0; n < a.batch; ++n) {
      const std::int64_t at = std::int64_t{f} * a.batch + n;
      d_y[at] = static_cast<T>(scale * (static_cast<double>(y[at]) - (f == labels[n] ? 1.0 : 0.0)));
    }
}

template <class T>
void metrics(const MetricsArgs& a, const T* y, const std::int32_t* labels, const T* losses,
             T* metrics) {
  double loss = 0.0;
  int correct = 0;
  for (int n = 0; n < a.batch; ++n) {
    int best = 0;
    for (int c = 1; c < a.classes; ++c)
      if (y[std::int64_t{c} * a.batch + n] > y[std::int64_t{best} * a.batch + n]) best = c;
    correct += best == labels[n];
    loss += static_cast<double>(losses[n]);
  }
  metrics[0] = static_cast<T>(loss);
  metrics[1] = static_cast<T>(correct);
}

#define CONVOLAB_INSTANTIATE(T)                                                                    \
  template void cross_entropy_forward(const CrossEntropyArgs&, const T*, const std::int32_t*, T*); \
  template void cross_entropy_backward(const CrossEntropyArgs&, const T*, const std::int32_t*,     \
                                       T*);                                                        \
  template void mse_forward(const MseArgs&, const T*, const std::int32_t*, T*);                    \
  template void mse_backward(const MseArgs&, const T*, const std::int32_t*, T*);                   \
  template void metrics(const MetricsArgs&, const T*, const std::int32_t*, const T*, T*);
CONVOLAB_INSTANTIATE(float)
CONVOLAB_INSTANTIATE(double)
#undef CONVOLAB_INSTANTIATE

}  // namespace convolab::reference
