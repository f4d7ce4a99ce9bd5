#include "explain/unit_window.hpp"

#include <algorithm>
#include <cmath>

namespace convolab {
namespace {

const GraphLayer& node(const Graph& graph, int layer) {
  return graph.layers()[static_cast<std::size_t>(layer)];
}

bool is_forward_step_of(const Step& step, int layer) {
  return step.layer == layer && step.phase == Phase::forward;
}

// Kernel, stride and dilation; an adaptive pool has none, its cells differ.
template <class Args>
UnitWindow sliding(const Args& a, int row, int column) {
  UnitWindow w;
  w.y = row * a.stride_h;
  w.x = column * a.stride_w;
  w.height = a.kernel_h;
  w.width = a.kernel_w;
  w.stride_h = a.stride_h;
  w.stride_w = a.stride_w;
  return w;
}

UnitWindow cell(const AdaptiveAvgPool2dArgs& a, int row, int column) {
  const Cell rows = adaptive_cell(row, a.in_h, a.out_h);
  const Cell columns = adaptive_cell(column, a.in_w, a.out_w);
  UnitWindow w;
  w.y = rows.begin;
  w.x = columns.begin;
  w.height = rows.size();
  w.width = columns.size();
  w.stride_h = std::max(1, a.in_h / a.out_h);
  w.stride_w = std::max(1, a.in_w / a.out_w);
  return w;
}

// The index 0 … count-1 whose centre is nearest; the first of equals.
template <class Centre>
int nearest(int count, double place, Centre centre) {
  int best = 0;
  for (int i = 1; i < count; ++i)
    if (std::abs(centre(i) - place) < std::abs(centre(best) - place)) best = i;
  return best;
}

}  // namespace

std::optional<UnitWindow> window_of(const Plan& plan, int layer, int channel, int row, int column) {
  std::optional<UnitWindow> out;
  int top = 0, left = 0;
  for (const Step& step : plan.steps) {
    if (!is_forward_step_of(step, layer)) continue;
    if (const auto* pad = std::get_if<Pad2dArgs>(&step.args)) {
      top = pad->top;
      left = pad->left;
    } else if (const auto* conv = std::get_if<Conv2dArgs>(&step.args)) {
      out = sliding(*conv, row, column);
      out->dilation_h = conv->dilation_h;
      out->dilation_w = conv->dilation_w;
      out->channels = conv->in_channels / conv->groups;
      out->first_channel = channel / (conv->out_channels / conv->groups) * out->channels;
    } else if (const auto* largest = std::get_if<MaxPool2dArgs>(&step.args)) {
      out = sliding(*largest, row, column);
      out->dilation_h = largest->dilation_h;
      out->dilation_w = largest->dilation_w;
      out->first_channel = channel;
    } else if (const auto* mean = std::get_if<AvgPool2dArgs>(&step.args)) {
      out = sliding(*mean, row, column);
      out->first_channel = channel;
    } else if (const auto* grid = std::get_if<AdaptiveAvgPool2dArgs>(&step.args)) {
      out = cell(*grid, row, column);
      out->first_channel = channel;
    }
  }
  if (out) {
    out->y -= top;
    out->x -= left;
  }
  return out;
}

bool is_pointwise(const Graph& graph, const Plan& plan, int layer) {
  if (node(graph, layer).inputs.size() != 1) return false;
  return std::all_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    return !is_forward_step_of(step, layer) || step.kernel == Kernel::activation_forward ||
           step.kernel == Kernel::batch_norm2d_forward_eval;
  });
}

int base_layer(const Graph& graph, const Plan& plan, int layer) {
  while (is_pointwise(graph, plan, layer) && node(graph, layer).inputs[0] > 0)
    layer = node(graph, layer).inputs[0] - 1;
  return layer;
}

Status check_unit(const Graph& graph, int layer, std::int64_t element) {
  const auto layers = static_cast<int>(graph.layers().size());
  if (layer < 0 || layer >= layers)
    return fail(ErrorCode::invalid_argument, "layer",
                "there is no layer " + std::to_string(layer) + "; this network has " +
                    std::to_string(layers) + ", counted from 0");
  const Shape& shape = graph.shape(layer + 1);
  if (element < 0 || element >= shape.elements())
    return fail(ErrorCode::invalid_argument, node(graph, layer).name,
                "there is no element " + std::to_string(element) + "; its output " + shape.text() +
                    " has " + std::to_string(shape.elements()) + ", counted from 0");
  return {};
}

Expected<std::optional<std::int64_t>> unit_over(const Graph& graph, const Plan& plan, int layer,
                                                int channel, std::int64_t source) {
  if (auto status = check_unit(graph, layer, 0); !status) return tl::unexpected(status.error());
  const Shape& shape = graph.shape(layer + 1);
  if (channel < 0 || channel >= shape[0])
    return fail(ErrorCode::invalid_argument, node(graph, layer).name,
                "there is no channel " + std::to_string(channel) + "; its output " + shape.text() +
                    " has " + std::to_string(shape[0]) + ", counted from 0");
  const int base = base_layer(graph, plan, layer);
  const Shape& below = graph.shape(node(graph, base).inputs[0]);
  if (source < 0 || source >= below.elements())
    return fail(ErrorCode::invalid_argument, node(graph, base).name,
                "it reads " + below.text() + ", which has no element " + std::to_string(source));
  if (shape.rank() != 3 || below.rank() != 3) return std::optional<std::int64_t>();

  int row = static_cast<int>(source / below[2] % below[1]);
  int column = static_cast<int>(source % below[2]);
  if (window_of(plan, base, 0, 0, 0)) {
    row = nearest(shape[1], row, [&](int i) { return window_of(plan, base, 0, i, 0)->centre_y(); });
    column = nearest(shape[2], column,
                     [&](int j) { return window_of(plan, base, 0, 0, j)->centre_x(); });
  }
  return std::optional((std::int64_t{channel} * shape[1] + row) * shape[2] + column);
}

}  // namespace convolab
