// A histogram of values: bars in the signed scale's colours.
#pragma once

#include <imgui.h>

#include <span>
#include <vector>

namespace convolab::inspector {

// Counts the finite values in equal bins from low to high; what lies outside is in none.
std::vector<int> count_values(std::span<const float> values, float low, float high, int bins);

// `bins` are equal ones from low to high. Hovering tells a bin's range and count.
void histogram(const char* id, const std::vector<int>& bins, double low, double high, ImVec2 size);

}  // namespace convolab::inspector
