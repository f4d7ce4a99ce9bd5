// The inspector in a window of the desktop: GLFW and OpenGL 3.2.
#pragma once

#include "inspector/hosts/options.hpp"
#include "train/trainer.hpp"

namespace convolab::inspector {

// Until the window is closed. Errors: no display, no OpenGL 3.2.
Status open_window(const Options& options, Trainer& trainer, ThreadPool& pool);

}  // namespace convolab::inspector
