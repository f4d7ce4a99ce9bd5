// Layer: one kind of layer, and one checked layer of a graph.
//
// A layer type is one file here and one line in layers.inc. It says what it may be told (its
// attributes), which shape it gives (or why it cannot), which parameters it learns, and which steps
// it adds to a plan, forward and backward.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/shape.hpp"
#include "layers/attributes.hpp"
#include "model/step.hpp"

namespace convolab {

enum class ParameterRole {
  weight,           // trainable, initialised by the layer's initialiser
  bias,             // trainable, initialised with the weight's fan-in (or zeros)
  scale,            // trainable, starts at 1 (batch norm's weight)
  shift,            // trainable, starts at 0 (batch norm's bias)
  running_mean,     // not trainable, starts at 0
  running_variance  // not trainable, starts at 1
};

inline bool is_trainable(ParameterRole role) {
  return role != ParameterRole::running_mean && role != ParameterRole::running_variance;
}

struct ParameterInfo {
  std::string name;  // within the layer, as PyTorch's: "weight", "bias", "running_mean" …
  Shape shape;       // PyTorch's
  ParameterRole role = ParameterRole::weight;
  int fan_in = 1, fan_out = 1;  // of the weight it belongs to; for initialisers
};

// How a layer looks at the picture below: what the receptive field grows by.
struct Window {
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  bool global = false;  // every output sees all of the input
};

// Where a backward step puts a gradient; id is no_buffer when nobody needs it.
struct GradientTarget {
  BufferId id = no_buffer;
  Write write = Write::overwrite;
  explicit operator bool() const { return id != no_buffer; }
};

// An activation that another layer's step applies to what it computes.
struct FusedActivation {
  Activation kind = Activation::none;
  float negative_slope = 0.0f;
};

// What a layer sees of the plan under construction: its own buffers by name, and where to add
// steps.
class StepEmitter {
 public:
  virtual ~StepEmitter() = default;
  virtual int batch() const = 0;
  virtual bool training() const = 0;  // as PyTorch's module.train() or .eval()
  virtual std::uint32_t layer_number() const = 0;
  virtual BufferId input(int i) const = 0;
  virtual BufferId output() const = 0;
  virtual BufferId parameter(std::string_view name) const = 0;  // no_buffer when there is none
  // What forward() must do to the output besides; only where takes_activation().
  virtual FusedActivation fused_activation() const = 0;
  // Backward only:
  virtual BufferId d_output() const = 0;
  virtual BufferId d_parameter(std::string_view name) const = 0;  // no_buffer when not wanted
  // Asking counts as writing: the first writer overwrites, later ones accumulate. Ask once per
  // emitted step.
  virtual GradientTarget d_input(int i) = 0;
  virtual bool wants_d_input(int i) const = 0;
  // d_input(0) is wanted of the input of the relu below, whose own step is left out; only where
  // takes_relu().
  virtual bool passes_relu() const = 0;
  // A buffer of the layer's own; the same name gives the same buffer, also from forward to
  // backward.
  virtual BufferId own(std::string_view name, std::int64_t elements) = 0;
  virtual void emit(Kernel kernel, KernelArgs args, std::vector<BufferId> reads,
                    std::vector<BufferId> writes) = 0;
};

class Layer {
 public:
  virtual ~Layer() = default;
  virtual Shape output() const = 0;
  virtual std::vector<ParameterInfo> parameters() const { return {}; }
  virtual std::int64_t multiply_adds() const { return 0; }  // of one sample's forward pass
  virtual Window window() const { return {}; }
  // The output is the input under another shape: no steps and no memory.
  virtual bool is_view(bool /*training*/) const { return false; }
  // Fused steps: the elementwise function that the layer is, if it is one; whether its forward step
  // can apply the one of the layer above to its output; and whether its backward step can go
  // through a relu below at once.
  virtual FusedActivation activation() const { return {}; }
  virtual bool takes_activation() const { return false; }
  virtual bool takes_relu() const { return false; }
  virtual void forward(StepEmitter& emitter) const = 0;
  virtual void backward(StepEmitter& emitter) const = 0;
};

// What a layer type's make() gets.
struct LayerContext {
  const std::string& name;
  const Attributes& attributes;
  std::span<const Shape> inputs;
};

struct LayerType {
  std::string_view name;        // in a spec: "conv2d"
  std::string_view short_name;  // stem of automatic names: "conv"
  std::string_view help;        // one sentence
  int min_inputs, max_inputs;
  std::span<const AttributeInfo> attributes;
  Expected<std::unique_ptr<Layer>> (*make)(const LayerContext& context);
};

// All types of layers.inc, in its order.
std::span<const LayerType* const> layer_types();
const LayerType* find_layer_type(std::string_view name);  // nullptr when there is none

// Shared by the layers' files:

inline constexpr double max_size = 65536;
inline constexpr std::int64_t max_elements = std::int64_t{1} << 31;    // of one sample's value
inline constexpr std::int64_t max_parameters = std::int64_t{1} << 28;  // of a network: 1 GiB
inline constexpr std::string_view initialisers =
    "pytorch he_normal he_uniform xavier_normal xavier_uniform";

// Refuses anything but one (channels, height, width) input.
Status expect_image(const LayerContext& context);

// ⌊(size + before + after − dilation·(kernel−1) − 1) / stride⌋ + 1 for both axes, or an error that
// says which padding or kernel would do.
Expected<std::array<int, 2>> window_output(const std::string& layer, const Shape& input,
                                           const Window& window, const Padding& padding);

// PyTorch's "same": dilation·(kernel−1) in all, the odd pixel at the bottom and right.
Padding resolve_same(const Padding& padding, const Window& window);

}  // namespace convolab
