// The views, each a function that draws into the ImGui window that is open; one file for each.
#pragma once

#include "inspector/desk.hpp"

namespace convolab::inspector {

#define CONVOLAB_VIEW(name, title, text) void draw_##name(Desk& desk);
#include "inspector/views.inc"
#undef CONVOLAB_VIEW

}  // namespace convolab::inspector
