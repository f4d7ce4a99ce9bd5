// Frames without a display: OpenGL on no surface at all (EGL), drawn into a texture, written as
// PNG.
#pragma once

#include "inspector/hosts/options.hpp"
#include "train/trainer.hpp"

namespace convolab::inspector {

// Trains as the options say, draws their frames and writes the last one. Errors: there is no
// OpenGL to be had (unsupported), a buffer or file that is not there.
Status draw_picture(const Options& options, Trainer& trainer, ThreadPool& pool);

}  // namespace convolab::inspector
