// How steps, phases and buffers are named and coloured, in every view alike.
#pragma once

#include <imgui.h>

#include <string>

#include "inspector/desk.hpp"

namespace convolab::inspector {

ImU32 phase_colour(const std::string& phase);
ImU32 role_colour(const std::string& role);
// What a role is called in a sentence: "gradients of parameters".
const char* role_text(const std::string& role);

// "c1 · conv2d_forward + relu", "loss · metrics".
std::string step_text(const probe::Network& network, int step);
const char* layer_of(const probe::Network& network, const probe::StepRow& step);

// A coloured square and a word, in a row of them.
void legend(ImU32 colour, const char* text);

// The same colour, let through by so much (0 … 1).
ImU32 faded(ImU32 colour, float alpha);
// Text in the current font, cut off where it leaves the box.
void text_in(ImDrawList& draw, ImVec2 low, ImVec2 high, ImU32 colour, const std::string& text);

}  // namespace convolab::inspector
