// Losses over a batch: per-sample values for the views, their gradient (already divided by the
// batch, as the mean reduction asks), and the two figures that training reports.
#pragma once

#include "kernels/common.hpp"

namespace convolab {

// logits (classes, batch), labels (batch), losses (batch).
struct CrossEntropyArgs {
  int classes = 1, batch = 1;
};

// y and target (features, batch); mean over features and batch (PyTorch's mse_loss). With labels
// instead of targets, the target is one-hot.
struct MseArgs {
  int features = 1, batch = 1;
};

struct MetricsArgs {
  int classes = 1, batch = 1;
};

namespace reference {
// losses[n] = log Σ_c exp(logits[c,n]) − logits[label[n], n]
template <class T>
void cross_entropy_forward(const CrossEntropyArgs& a, const T* logits, const std::int32_t* labels,
                           T* losses);
// d_logits[c,n] = (softmax(logits)[c,n] − [c = label[n]]) / batch
template <class T>
void cross_entropy_backward(const CrossEntropyArgs& a, const T* logits, const std::int32_t* labels,
                            T* d_logits);
// losses[n] = Σ_f (y[f,n] − [f = label[n]])² / features
template <class T>
void mse_forward(const MseArgs& a, const T* y, const std::int32_t* labels, T* losses);
// d_y[f,n] = 2 (y[f,n] − [f = label[n]]) / (features·batch)
template <class T>
void mse_backward(const MseArgs& a, const T* y, const std::int32_t* labels, T* d_y);
// metrics[0] = Σ_n losses[n]; metrics[1] = the number of n whose largest output (the first one of
// equals) is at the label
template <class T>
void metrics(const MetricsArgs& a, const T* y, const std::int32_t* labels, const T* losses,
             T* metrics);
}  // namespace reference

}  // namespace convolab
