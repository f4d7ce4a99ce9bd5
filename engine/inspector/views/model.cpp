// The layers as a table, and what can be done to one of them.
#include <algorithm>
#include <cmath>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {
namespace {

using probe::Command;

// "c1, pool" where a layer does not simply follow the one above it; else nothing.
std::string branch_text(const probe::Network& network, std::size_t index) {
  const probe::LayerRow& row = network.layers[index];
  const std::string& above = index > 0 ? network.layers[index - 1].name : "input";
  if (row.inputs.size() == 1 && row.inputs[0] == above) return {};
  std::string text;
  for (const std::string& name : row.inputs) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void draw_totals(const Desk& desk) {
  std::int64_t parameters = 0, work = 0;
  for (const probe::LayerRow& row : desk.network.layers) {
    parameters += row.parameters;
    work += row.multiply_adds;
  }
  ImGui::TextUnformatted(desk.network.name.empty() ? "Network" : desk.network.name.c_str());
  next_in_row(px(160), desk.narrow);
  quiet_text("%s parameters", grouped_text(parameters).c_str());
  next_in_row(px(220), desk.narrow);
  quiet_text("%s multiply-adds a picture", grouped_text(work).c_str());
  quiet_text("input %s, from %s", shape_text(desk.network.input).c_str(),
             desk.network.dataset.c_str());
}

void draw_row(Desk& desk, std::size_t index) {
  const probe::LayerRow& row = desk.network.layers[index];
  ImGui::PushID(static_cast<int>(index));
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  if (ImGui::Selectable(row.name.c_str(), desk.selection.layer == row.name,
                        ImGuiSelectableFlags_SpanAllColumns))
    desk.select_layer(row.name);
  if (row.frozen) {
    ImGui::SameLine(0, px(6));
    ImGui::PushStyleColor(ImGuiCol_Text, palette().accent);
    ImGui::TextUnformatted("frozen");
    ImGui::PopStyleColor();
  }
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(row.type.c_str());
  if (const std::string from = branch_text(desk.network, index); !from.empty()) {
    ImGui::SameLine(0, px(6));
    quiet_text("of %s", from.c_str());
  }
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(shape_text(row.output).c_str());
  const auto number = [](std::int64_t value) {
    ImGui::TableNextColumn();
    const std::string text = value > 0 ? grouped_text(value) : "–";
    const float room = ImGui::GetColumnWidth() - ImGui::CalcTextSize(text.c_str()).x;
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(room, 0.0f));
    ImGui::TextUnformatted(text.c_str());
  };
  number(row.parameters);
  number(row.multiply_adds);
  ImGui::PopID();
}

// A seed, for what is random. The next one is another, so that pressing again does something new.
int& seed_field() {
  ImGuiStorage& storage = *ImGui::GetStateStorage();
  int& seed = *storage.GetIntRef(ImGui::GetID("seed"), 1);
  ImGui::SetNextItemWidth(px(90));
  ImGui::InputInt("seed", &seed, 0);
  tooltip("The same seed gives the same numbers");
  seed = std::max(seed, 0);
  return seed;
}

void draw_perturb(Desk& desk, const probe::LayerRow& row) {
  if (ImGui::Button("Perturb …")) ImGui::OpenPopup("perturb");
  tooltip("Adds noise to this layer's parameters");
  if (!ImGui::BeginPopup("perturb")) return;
  ImGui::Text("Adds noise to the %s parameters of %s.", grouped_text(row.parameters).c_str(),
              row.name.c_str());
  quiet_text("Its standard deviation, as a share of each parameter's root mean square:");
  float& share = *ImGui::GetStateStorage()->GetFloatRef(ImGui::GetID("share"), 10);
  ImGui::SetNextItemWidth(px(160));
  ImGui::SliderFloat("##share", &share, 0.1f, 200, "%.3g %%", ImGuiSliderFlags_Logarithmic);
  tooltip("Ctrl and a click to type it");
  ImGui::SameLine();
  int& seed = seed_field();
  quiet_text("This cannot be undone.");
  if (primary_button("Add noise")) {
    desk.send({.kind = Command::Kind::perturb,
               .name = row.name,
               .count = seed++,
               .value = static_cast<double>(share) / 100});
    ImGui::CloseCurrentPopup();
  }
  ImGui::SameLine();
  if (ImGui::Button("Cancel")) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

void draw_reset(Desk& desk, const probe::LayerRow& row) {
  if (ImGui::Button("Reset …")) ImGui::OpenPopup("reset");
  tooltip("Fresh parameters for this layer");
  if (!ImGui::BeginPopup("reset")) return;
  ImGui::Text("The %s parameters of %s begin anew, as its initialiser makes them.",
              grouped_text(row.parameters).c_str(), row.name.c_str());
  int& seed = seed_field();
  quiet_text("What the layer has learnt is lost: this cannot be undone.");
  if (primary_button("Reset the layer")) {
    desk.send({.kind = Command::Kind::reset_layer, .name = row.name, .count = seed++});
    ImGui::CloseCurrentPopup();
  }
  ImGui::SameLine();
  if (ImGui::Button("Cancel")) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

void draw_tensors(Desk& desk, const probe::LayerRow& row) {
  for (const std::string& name : row.tensors) {
    if (ImGui::Selectable(name.c_str(), desk.selection.buffer == name, ImGuiSelectableFlags_None,
                          {ImGui::GetContentRegionAvail().x * 0.5f, 0}))
      desk.select_buffer(name);
    tooltip("Selects it; the view Tensor shows it");
    if (const probe::BufferRow* buffer = desk.buffer(name)) {
      ImGui::SameLine();
      quiet_text("%s", shape_text(buffer->shape).c_str());
    }
  }
}

// The layer that is selected.
void draw_layer(Desk& desk, const probe::LayerRow& row) {
  heading((row.name + ": " + row.type).c_str());
  if (!row.attributes.empty()) ImGui::TextWrapped("%s", row.attributes.c_str());
  std::string inputs;
  for (const std::string& name : row.inputs) inputs += (inputs.empty() ? "" : ", ") + name;
  quiet_text("reads %s; gives %s", inputs.c_str(), shape_text(row.output).c_str());
  if (row.parameters == 0) return quiet_text("It has no parameters.");
  draw_tensors(desk, row);
  bool frozen = row.frozen;
  if (ImGui::Checkbox("Frozen", &frozen))
    desk.send({.kind = Command::Kind::freeze, .name = row.name, .on = frozen});
  tooltip("The optimiser leaves this layer's parameters alone");
  ImGui::SameLine();
  draw_perturb(desk, row);
  ImGui::SameLine();
  draw_reset(desk, row);
}

}  // namespace

void draw_model(Desk& desk) {
  const auto& layers = desk.network.layers;
  if (layers.empty()) return quiet_text("No network is open yet.");
  draw_totals(desk);
  const probe::LayerRow* selected = desk.layer(desk.selection.layer);
  const float below = selected ? std::min(ImGui::GetContentRegionAvail().y * 0.5f, px(230)) : 0.0f;
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_ScrollX |
                                    ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                    ImGuiTableFlags_SizingFixedFit;
  ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {px(4), px(3)});
  if (ImGui::BeginTable("layers", 5, flags, {0, -below})) {
    ImGui::TableSetupScrollFreeze(1, 1);
    for (const char* title : {"layer", "type", "output", "parameters", "multiply-adds"})
      ImGui::TableSetupColumn(title);
    ImGui::TableHeadersRow();
    for (std::size_t i = 0; i < layers.size(); ++i) draw_row(desk, i);
    ImGui::EndTable();
  }
  ImGui::PopStyleVar();
  if (!selected) return;
  if (ImGui::BeginChild("layer")) {
    ImGui::PushID(selected->name.c_str());
    draw_layer(desk, *selected);
    ImGui::PopID();
  }
  ImGui::EndChild();
}

}  // namespace convolab::inspector
