#include "explain/term_rules.hpp"

#include <cmath>

#include "kernels/layout.hpp"

namespace convolab::explain {
namespace {

using Rule = Explanation::Rule;
using Index = std::int64_t;
using Reads = std::span<const float* const>;

// Where an element of a (channels, h, w, batch) array stands: Layout the other way round.
struct Place {
  Index c, i, j, n;
};
Place place_of(const Layout& layout, Index element) {
  return {element / (layout.h * layout.w * layout.batch),
          element / (layout.w * layout.batch) % layout.h, element / layout.batch % layout.w,
          element % layout.batch};
}

Explanation sum(bool accumulates = false) {
  Explanation out;
  out.accumulates = accumulates;
  return out;
}
Explanation sum(Write write) { return sum(write == Write::accumulate); }

Explanation function_of(std::vector<Term> terms = {}) {
  Explanation out;
  out.rule = Rule::function;
  out.terms = std::move(terms);
  return out;
}

// --- pad2d ---------------------------------------------------------------------------------------

Explanation pad2d_forward(const Pad2dArgs& a, Index element) {
  const Layout in{a.in_h, a.in_w, a.batch}, padded{a.out_h(), a.out_w(), a.batch};
  const Place p = place_of(padded, element);
  const int i = padded_source(a.mode, static_cast<int>(p.i), a.top, a.in_h);
  const int j = padded_source(a.mode, static_cast<int>(p.j), a.left, a.in_w);
  Explanation out = sum();
  if (i < 0 || j < 0)
    out.constant = static_cast<double>(a.value);
  else
    out.terms.push_back({{0, in(p.c, i, j, p.n)}, {}, 1.0});
  return out;
}

Explanation pad2d_backward(const Pad2dArgs& a, Reads reads, Index element) {
  const Layout in{a.in_h, a.in_w, a.batch}, padded{a.out_h(), a.out_w(), a.batch};
  const Place p = place_of(in, element);
  Explanation out = sum(a.write);
  if (reads[1] && !(reads[1][element] > 0.0f)) return out;  // a relu let nothing through
  for (int i = 0; i < a.out_h(); ++i)
    for (int j = 0; j < a.out_w(); ++j)
      if (padded_source(a.mode, i, a.top, a.in_h) == p.i &&
          padded_source(a.mode, j, a.left, a.in_w) == p.j)
        out.terms.push_back({{0, padded(p.c, i, j, p.n)}, {}, 1.0});
  return out;
}

// --- conv2d --------------------------------------------------------------------------------------

struct ConvGeometry {
  explicit ConvGeometry(const Conv2dArgs& args)
      : a(args),
        in{a.in_h, a.in_w, a.batch},
        out{a.out_h, a.out_w, a.batch},
        in_per_group(a.in_channels / a.groups),
        out_per_group(a.out_channels / a.groups) {}
  const Conv2dArgs& a;
  Layout in, out;
  Index in_per_group, out_per_group;

  Index weight(Index o, Index c, Index u, Index v) const {
    return ((o * in_per_group + c) * a.kernel_h + u) * a.kernel_w + v;
  }
};

Explanation conv2d_forward(const Conv2dArgs& a, Index element) {
  const ConvGeometry g(a);
  const Place p = place_of(g.out, element);
  const Index first_channel = p.c / g.out_per_group * g.in_per_group;
  Explanation out = a.activation == Activation::none ? sum() : function_of();
  for (Index c = 0; c < g.in_per_group; ++c)
    for (Index u = 0; u < a.kernel_h; ++u)
      for (Index v = 0; v < a.kernel_w; ++v)
        out.terms.push_back({{0, g.in(first_channel + c, p.i * a.stride_h + u * a.dilation_h,
                                      p.j * a.stride_w + v * a.dilation_w, p.n)},
                             {1, g.weight(p.c, c, u, v)},
                             1.0});
  out.terms.push_back({{2, p.c}, {}, 1.0});
  return out;
}

Explanation conv2d_backward_input(const Conv2dArgs& a, Index element) {
  const ConvGeometry g(a);
  const Place p = place_of(g.in, element);
  const Index group = p.c / g.in_per_group;
  Explanation out = sum(a.write);
  for (Index o = group * g.out_per_group; o < (group + 1) * g.out_per_group; ++o)
    for (Index u = 0; u < a.kernel_h; ++u)
      for (Index v = 0; v < a.kernel_w; ++v) {
        const Index i = p.i - u * a.dilation_h, j = p.j - v * a.dilation_w;
        if (i < 0 || j < 0 || i % a.stride_h != 0 || j % a.stride_w != 0) continue;
        if (i / a.stride_h >= a.out_h || j / a.stride_w >= a.out_w) continue;
        out.terms.push_back({{0, g.out(o, i / a.stride_h, j / a.stride_w, p.n)},
                             {1, g.weight(o, p.c % g.in_per_group, u, v)},
                             1.0});
      }
  return out;
}

Explanation conv2d_backward_weight(const Conv2dArgs& a, Index element) {
  const ConvGeometry g(a);
  const Index v = element % a.kernel_w, u = element / a.kernel_w % a.kernel_h;
  const Index c = element / (a.kernel_w * a.kernel_h) % g.in_per_group;
  const Index o = element / (a.kernel_w * a.kernel_h * g.in_per_group);
  const Index channel = o / g.out_per_group * g.in_per_group + c;
  Explanation out = sum();
  for (Index i = 0; i < a.out_h; ++i)
    for (Index j = 0; j < a.out_w; ++j)
      for (Index n = 0; n < a.batch; ++n)
        out.terms.push_back({{0, g.in(channel, i * a.stride_h + u * a.dilation_h,
                                      j * a.stride_w + v * a.dilation_w, n)},
                             {1, g.out(o, i, j, n)},
                             1.0});
  return out;
}

Explanation conv2d_backward_bias(const Conv2dArgs& a, Index o) {
  const Index run = Index{a.out_h} * a.out_w * a.batch;
  Explanation out = sum();
  for (Index k = 0; k < run; ++k) out.terms.push_back({{0, o * run + k}, {}, 1.0});
  return out;
}

// --- linear --------------------------------------------------------------------------------------

Explanation linear_forward(const LinearArgs& a, Index element) {
  const Index o = element / a.batch, n = element % a.batch;
  Explanation out = a.activation == Activation::none ? sum() : function_of();
  for (Index f = 0; f < a.in_features; ++f)
    out.terms.push_back({{0, f * a.batch + n}, {1, o * a.in_features + f}, 1.0});
  out.terms.push_back({{2, o}, {}, 1.0});
  return out;
}

Explanation linear_backward_input(const LinearArgs& a, Index element) {
  const Index f = element / a.batch, n = element % a.batch;
  Explanation out = sum(a.write);
  for (Index o = 0; o < a.out_features; ++o)
    out.terms.push_back({{0, o * a.batch + n}, {1, o * a.in_features + f}, 1.0});
  return out;
}

Explanation linear_backward_weight(const LinearArgs& a, Index element) {
  const Index o = element / a.in_features, f = element % a.in_features;
  Explanation out = sum();
  for (Index n = 0; n < a.batch; ++n)
    out.terms.push_back({{0, f * a.batch + n}, {1, o * a.batch + n}, 1.0});
  return out;
}

Explanation linear_backward_bias(const LinearArgs& a, Index o) {
  Explanation out = sum();
  for (Index n = 0; n < a.batch; ++n) out.terms.push_back({{0, o * a.batch + n}, {}, 1.0});
  return out;
}

// --- pools ---------------------------------------------------------------------------------------

Explanation max_pool2d_forward(const MaxPool2dArgs& a, int write, Index element) {
  const Layout in{a.in_h, a.in_w, a.batch}, pooled{a.out_h, a.out_w, a.batch};
  const Place p = place_of(pooled, element);
  Explanation out;
  out.rule = write == 0 ? Rule::maximum : Rule::function;  // the switch is where the maximum was
  for (Index u = 0; u < a.kernel_h; ++u)
    for (Index v = 0; v < a.kernel_w; ++v)
      out.terms.push_back({{0, in(p.c, p.i * a.stride_h + u * a.dilation_h,
                                  p.j * a.stride_w + v * a.dilation_w, p.n)},
                           {},
                           1.0});
  return out;
}

Explanation max_pool2d_backward(const MaxPool2dArgs& a, Reads reads, Index element) {
  const Layout in{a.in_h, a.in_w, a.batch}, pooled{a.out_h, a.out_w, a.batch};
  const Place p = place_of(in, element);
  // Switches are int32 in memory that is otherwise float.
  const auto* switches = static_cast<const std::int32_t*>(static_cast<const void*>(reads[1]));
  Explanation out = sum(a.write);
  for (Index i = 0; i < a.out_h; ++i)
    for (Index j = 0; j < a.out_w; ++j)
      if (const Index at = pooled(p.c, i, j, p.n);
          switches[at] == p.i * a.in_w + p.j && (!reads[2] || reads[2][at] > 0.0f))
        out.terms.push_back({{0, at}, {}, 1.0});
  return out;
}

Explanation avg_pool2d(const AvgPool2dArgs& a, bool forward, Index element) {
  const Layout in{a.in_h, a.in_w, a.batch}, pooled{a.out_h, a.out_w, a.batch};
  const Place p = place_of(forward ? pooled : in, element);
  Explanation out = forward ? sum() : sum(a.write);
  for (int i = 0; i < a.out_h; ++i)
    for (int j = 0; j < a.out_w; ++j)
      for (int u = 0; u < a.kernel_h; ++u)
        for (int v = 0; v < a.kernel_w; ++v) {
          const int row = i * a.stride_h + u, column = j * a.stride_w + v;
          if (forward ? (i != p.i || j != p.j) : (row != p.i || column != p.j)) continue;
          out.terms.push_back({{0, forward ? in(p.c, row, column, p.n) : pooled(p.c, i, j, p.n)},
                               {},
                               1.0 / avg_pool2d_divisor(a, i, j)});
        }
  return out;
}

Explanation adaptive_avg_pool2d(const AdaptiveAvgPool2dArgs& a, bool forward, Index element) {
  const Layout in{a.in_h, a.in_w, a.batch}, pooled{a.out_h, a.out_w, a.batch};
  const Place p = place_of(forward ? pooled : in, element);
  Explanation out = forward ? sum() : sum(a.write);
  for (int i = 0; i < a.out_h; ++i)
    for (int j = 0; j < a.out_w; ++j) {
      const auto rows = adaptive_cell(i, a.in_h, a.out_h);
      const auto columns = adaptive_cell(j, a.in_w, a.out_w);
      const double share =
          1.0 / ((rows.end - rows.begin) * static_cast<double>(columns.end - columns.begin));
      for (int row = rows.begin; row < rows.end; ++row)
        for (int column = columns.begin; column < columns.end; ++column) {
          if (forward ? (i != p.i || j != p.j) : (row != p.i || column != p.j)) continue;
          out.terms.push_back(
              {{0, forward ? in(p.c, row, column, p.n) : pooled(p.c, i, j, p.n)}, {}, share});
        }
    }
  return out;
}

// --- elementwise, softmax, norm, losses ----------------------------------------------------------

Explanation activation_backward(const ActivationArgs& a, Reads reads, Index element) {
  const double y = static_cast<double>(reads[0][element]);
  double slope = y > 0 || a.kind == Activation::none ? 1.0 : 0.0;
  if (a.kind == Activation::leaky_relu && y <= 0) slope = static_cast<double>(a.negative_slope);
  if (a.kind == Activation::tanh) slope = 1.0 - y * y;
  if (a.kind == Activation::sigmoid) slope = y * (1.0 - y);
  Explanation out = sum(a.write);
  out.terms.push_back({{1, element}, {}, slope});
  return out;
}

Explanation softmax_forward(const SoftmaxArgs& a, Index element) {
  std::vector<Term> terms;
  for (Index c = 0; c < a.channels; ++c)
    terms.push_back({{0, c * a.inner + element % a.inner}, {}, 1.0});
  return function_of(std::move(terms));
}

Explanation softmax_backward(const SoftmaxArgs& a, Reads reads, Index element) {
  const Index c = element / a.inner, i = element % a.inner;
  const auto y = [&](Index k) { return static_cast<double>(reads[0][k * a.inner + i]); };
  Explanation out = sum(a.write);
  for (Index k = 0; k < a.channels; ++k)
    out.terms.push_back({{1, k * a.inner + i}, {}, y(c) * ((k == c ? 1.0 : 0.0) - y(k))});
  return out;
}

Explanation batch_norm2d_forward(const BatchNorm2dArgs& a, int write, Index element) {
  // In training every number of the channel counts, through the mean and the variance.
  const Index c = write == 0 ? element / a.inner : element;
  std::vector<Term> terms;
  for (Index i = 0; i < a.inner; ++i) terms.push_back({{0, c * a.inner + i}, {}, 1.0});
  if (write == 0) {
    terms.push_back({{1, c}, {}, 1.0});
    terms.push_back({{2, c}, {}, 1.0});
  }
  return function_of(std::move(terms));
}

Explanation batch_norm2d_forward_eval(const BatchNorm2dArgs& a, Reads reads, int write,
                                      Index element) {
  if (write != 0) return function_of({{{write == 1 ? 3 : 4, element}, {}, 1.0}});
  const Index c = element / a.inner;
  const double inverse =
      1.0 / std::sqrt(static_cast<double>(reads[4][c]) + static_cast<double>(a.eps));
  Explanation out = sum();  // weight·inverse·x − weight·inverse·mean + bias
  out.terms.push_back({{0, element}, {1, c}, inverse});
  out.terms.push_back({{3, c}, {1, c}, -inverse});
  out.terms.push_back({{2, c}, {}, 1.0});
  return out;
}

Explanation batch_norm2d_backward(const BatchNorm2dArgs& a, bool training, Reads reads, int write,
                                  Index element) {
  const Index c = write == 0 ? element / a.inner : element;
  const double mean = static_cast<double>(reads[2][c]);
  const double inverse = static_cast<double>(reads[3][c]);
  const auto normal = [&](Index i) {
    return (static_cast<double>(reads[0][c * a.inner + i]) - mean) * inverse;
  };
  Explanation out = write == 0 ? sum(a.write) : sum();
  if (write == 0 && !training) {
    out.terms.push_back({{4, element}, {1, c}, inverse});
    return out;
  }
  const double count = static_cast<double>(a.inner), x_hat = normal(element % a.inner);
  for (Index i = 0; i < a.inner; ++i) {
    const Factor d_y{4, c * a.inner + i};
    if (write == 0) {
      const double own = d_y.element == element ? 1.0 : 0.0;
      out.terms.push_back({d_y, {1, c}, inverse * (own - (1.0 + x_hat * normal(i)) / count)});
    } else {
      out.terms.push_back({d_y, {}, write == 1 ? normal(i) : 1.0});
    }
  }
  return out;
}

// Everything of one sample, of a (features, batch) output and its label.
Explanation of_sample(Index features, Index batch, Index n) {
  std::vector<Term> terms;
  for (Index f = 0; f < features; ++f) terms.push_back({{0, f * batch + n}, {}, 1.0});
  return function_of(std::move(terms));
}

}  // namespace

Explanation rule_of(const RunContext& context, const Step& step, Reads reads, int write, Index e) {
  const auto as = [&]<class Args>(const Args*) -> const Args& {
    return *std::get_if<Args>(&step.args);
  };
#define ARGS(Type) as(static_cast<const Type*>(nullptr))
  switch (step.kernel) {
    case Kernel::pad2d_forward: return pad2d_forward(ARGS(Pad2dArgs), e);
    case Kernel::pad2d_backward: return pad2d_backward(ARGS(Pad2dArgs), reads, e);
    case Kernel::conv2d_forward: return conv2d_forward(ARGS(Conv2dArgs), e);
    case Kernel::conv2d_backward_input: return conv2d_backward_input(ARGS(Conv2dArgs), e);
    case Kernel::conv2d_backward_weight: return conv2d_backward_weight(ARGS(Conv2dArgs), e);
    case Kernel::conv2d_backward_bias: return conv2d_backward_bias(ARGS(Conv2dArgs), e);
    case Kernel::linear_forward: return linear_forward(ARGS(LinearArgs), e);
    case Kernel::linear_backward_input: return linear_backward_input(ARGS(LinearArgs), e);
    case Kernel::linear_backward_weight: return linear_backward_weight(ARGS(LinearArgs), e);
    case Kernel::linear_backward_bias: return linear_backward_bias(ARGS(LinearArgs), e);
    case Kernel::max_pool2d_forward: return max_pool2d_forward(ARGS(MaxPool2dArgs), write, e);
    case Kernel::max_pool2d_backward: return max_pool2d_backward(ARGS(MaxPool2dArgs), reads, e);
    case Kernel::avg_pool2d_forward: return avg_pool2d(ARGS(AvgPool2dArgs), true, e);
    case Kernel::avg_pool2d_backward: return avg_pool2d(ARGS(AvgPool2dArgs), false, e);
    case Kernel::adaptive_avg_pool2d_forward:
      return adaptive_avg_pool2d(ARGS(AdaptiveAvgPool2dArgs), true, e);
    case Kernel::adaptive_avg_pool2d_backward:
      return adaptive_avg_pool2d(ARGS(AdaptiveAvgPool2dArgs), false, e);
    case Kernel::activation_forward: return function_of({{{0, e}, {}, 1.0}});
    case Kernel::activation_backward: return activation_backward(ARGS(ActivationArgs), reads, e);
    case Kernel::softmax_forward: return softmax_forward(ARGS(SoftmaxArgs), e);
    case Kernel::softmax_backward: return softmax_backward(ARGS(SoftmaxArgs), reads, e);
    case Kernel::batch_norm2d_forward: return batch_norm2d_forward(ARGS(BatchNorm2dArgs), write, e);
    case Kernel::batch_norm2d_forward_eval:
      return batch_norm2d_forward_eval(ARGS(BatchNorm2dArgs), reads, write, e);
    case Kernel::batch_norm2d_backward:
      return batch_norm2d_backward(ARGS(BatchNorm2dArgs), true, reads, write, e);
    case Kernel::batch_norm2d_backward_eval:
      return batch_norm2d_backward(ARGS(BatchNorm2dArgs), false, reads, write, e);
    case Kernel::dropout_forward:
    case Kernel::dropout_backward: {
      const DropoutArgs& a = ARGS(DropoutArgs);
      Explanation out = step.kernel == Kernel::dropout_forward ? sum() : sum(a.write);
      out.terms.push_back({{0, e}, {}, static_cast<double>(dropout_factor(a, context, e))});
      return out;
    }
    case Kernel::copy: {
      const CopyArgs& a = ARGS(CopyArgs);
      // An element beside the run keeps what other copies put there.
      const bool inside = e >= a.to && e < a.to + a.elements;
      Explanation out = inside ? sum(a.write) : sum(true);
      if (inside) out.terms.push_back({{0, a.from + e - a.to}, {}, 1.0});
      return out;
    }
    case Kernel::cross_entropy_forward:
    case Kernel::cross_entropy_backward: {
      const CrossEntropyArgs& a = ARGS(CrossEntropyArgs);
      return of_sample(a.classes, a.batch, e % a.batch);
    }
    case Kernel::mse_forward:
    case Kernel::mse_backward: {
      const MseArgs& a = ARGS(MseArgs);
      return of_sample(a.features, a.batch, e % a.batch);
    }
    case Kernel::metrics: return function_of();
    case Kernel::sgd_update:
    case Kernel::rmsprop_update:
    case Kernel::adam_update: return function_of({{{0, e}, {}, 1.0}});
  }
#undef ARGS
  return function_of();
}

}  // namespace convolab::explain
