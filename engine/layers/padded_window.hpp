// What conv2d and the pools share: a window over an input that one pad2d step has made "valid".
#pragma once

#include "layers/layer.hpp"

namespace convolab {

// An input (channels, height, width) with the border that a layer wants around it.
struct PaddedInput {
  Shape shape;      // unpadded
  Padding padding;  // resolved: no "same"
  PaddingMode mode = PaddingMode::zeros;
  float value = 0.0f;

  bool has_border() const {
    return padding.top > 0 || padding.bottom > 0 || padding.left > 0 || padding.right > 0;
  }
  int height() const { return shape[1] + padding.top + padding.bottom; }
  int width() const { return shape[2] + padding.left + padding.right; }
  std::int64_t elements() const { return std::int64_t{shape[0]} * height() * width(); }

  // Emits the pad2d step where there is a border; gives the buffer that holds the padded input.
  BufferId forward(StepEmitter& emitter) const;

  // The buffer that the padded input is in, once forward has run.
  BufferId padded(StepEmitter& emitter) const;

  // Emits what `gradient_step(target)` emits, so that the gradient ends in d_input(0): directly, or
  // through a padded gradient that pad2d_backward folds back (and takes through a relu below, where
  // that is wanted).
  template <class GradientStep>
  void backward(StepEmitter& emitter, GradientStep gradient_step) const;

 private:
  Pad2dArgs args(StepEmitter& emitter, Write write) const {
    return {emitter.batch(), shape[0],      shape[1], shape[2], padding.top, padding.bottom,
            padding.left,    padding.right, mode,     value,    write};
  }
};

inline BufferId PaddedInput::padded(StepEmitter& emitter) const {
  return has_border() ? emitter.own("padded", elements() * emitter.batch()) : emitter.input(0);
}

inline BufferId PaddedInput::forward(StepEmitter& emitter) const {
  const BufferId target = padded(emitter);
  if (has_border())
    emitter.emit(Kernel::pad2d_forward, args(emitter, Write::overwrite), {emitter.input(0)},
                 {target});
  return target;
}

template <class GradientStep>
void PaddedInput::backward(StepEmitter& emitter, GradientStep gradient_step) const {
  if (!emitter.wants_d_input(0)) return;
  if (!has_border()) {
    gradient_step(emitter.d_input(0));
    return;
  }
  const BufferId d_padded = emitter.own("d_padded", elements() * emitter.batch());
  gradient_step(GradientTarget{d_padded, Write::overwrite});
  const GradientTarget target = emitter.d_input(0);
  emitter.emit(Kernel::pad2d_backward, args(emitter, target.write),
               {d_padded, emitter.passes_relu() ? emitter.input(0) : no_buffer}, {target.id});
}

}  // namespace convolab
