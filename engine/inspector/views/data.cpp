// The batch in flight: its pictures as they go in, and what the network makes of them.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "inspector/theme.hpp"
#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"
#include "inspector/widgets/heat_map.hpp"

namespace convolab::inspector {
namespace {

using probe::BatchLook;

template <class T>
const T* of_picture(const std::vector<T>& all, std::size_t i) {
  return i < all.size() ? &all[i] : nullptr;
}

std::string class_name(const Desk& desk, int index) {
  const auto i = static_cast<std::size_t>(index);
  return index >= 0 && i < desk.network.classes.size() ? desk.network.classes[i]
                                                       : std::to_string(index);
}

// One picture in a batch: its values and sizes.
struct Picture {
  const float* values = nullptr;
  int channels = 0, height = 0, width = 0;

  float at(int channel, int row, int column) const {
    return values[(channel * height + row) * width + column];
  }
  ImU32 colour(int row, int column) const {
    const auto part = [&](int channel) {
      const float v = std::clamp(at(channels >= 3 ? channel : 0, row, column), 0.0f, 1.0f);
      return static_cast<ImU32>(v * 255 + 0.5f);
    };
    return IM_COL32(part(0), part(1), part(2), 255);
  }
};

Picture picture(const BatchLook& batch, std::size_t i) {
  if (batch.shape.size() != 3) return {};
  Picture found = {nullptr, batch.shape[0], batch.shape[1], batch.shape[2]};
  const auto size = static_cast<std::size_t>(found.channels * found.height * found.width);
  if (size > 0 && (i + 1) * size <= batch.values.size())
    found.values = batch.values.data() + i * size;
  return found;
}

// As grey or coloured pixels; neighbours of one colour are one rectangle.
void draw_picture(const Picture& of, ImVec2 at, float side) {
  if (!of.values) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float cell = side / static_cast<float>(std::max(of.height, of.width));
  const auto x = [&](int column) { return std::floor(at.x + cell * static_cast<float>(column)); };
  const auto y = [&](int row) { return std::floor(at.y + cell * static_cast<float>(row)); };
  // Pixels that are smaller than the screen's are left out.
  const int every = std::max(1, static_cast<int>(1 / cell));
  for (int row = 0; row < of.height; row += every) {
    int from = 0;
    ImU32 colour = of.colour(row, 0);
    for (int column = every;; column += every) {
      const bool end = column >= of.width;
      const ImU32 next = end ? 0 : of.colour(row, column);
      if (!end && next == colour) continue;
      list.AddRectFilled({x(from), y(row)}, {x(std::min(column, of.width)), y(row + every)},
                         colour);
      if (end) break;
      from = column, colour = next;
    }
  }
}

bool is_wrong(const BatchLook& batch, std::size_t i) {
  const int* label = of_picture(batch.labels, i);
  const int* answer = of_picture(batch.answers, i);
  return label && answer && *label != *answer;
}

std::string caption(const Desk& desk, const BatchLook& batch, std::size_t i) {
  std::string text;
  if (const int* label = of_picture(batch.labels, i)) text = class_name(desk, *label);
  if (is_wrong(batch, i)) text += " as " + class_name(desk, batch.answers[i]);
  return text;
}

void tell(const Desk& desk, const BatchLook& batch, std::size_t i) {
  if (const int* index = of_picture(batch.indices, i))
    ImGui::Text("Picture %s of the %s split",
                grouped_text(static_cast<std::int64_t>(*index) + 1).c_str(),
                desk.shown && &batch == &*desk.shown ? "validation" : "training");
  if (const int* label = of_picture(batch.labels, i))
    ImGui::Text("is %s", class_name(desk, *label).c_str());
  if (const int* answer = of_picture(batch.answers, i)) {
    const float* confidence = of_picture(batch.confidences, i);
    ImGui::Text("answer %s, probability %.1f %%", class_name(desk, *answer).c_str(),
                static_cast<double>(confidence ? *confidence : 0) * 100);
  } else {
    ImGui::TextUnformatted("no answer before the forward pass is done");
  }
  if (const float* loss = of_picture(batch.losses, i))
    ImGui::Text("loss %s", number_text(static_cast<double>(*loss)).c_str());
}

std::vector<std::size_t> order_of(const BatchLook& batch, bool by_loss) {
  std::vector<std::size_t> order(batch.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (by_loss && batch.losses.size() == order.size())
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return batch.losses[a] > batch.losses[b];
    });
  return order;
}

// A picture with what it is; wrong answers have a frame and say so.
void draw_tile(Desk& desk, const BatchLook& batch, std::size_t i, float side) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float line = px(small_font_size) + px(4);
  ImGui::PushID(static_cast<int>(i));
  if (ImGui::InvisibleButton("picture", {side, side + line}))
    desk.data.enlarged = desk.data.enlarged == static_cast<int>(i) ? -1 : static_cast<int>(i);
  ImGui::PopID();
  if (!ImGui::IsItemVisible()) return;
  draw_picture(picture(batch, i), at, side);
  const bool wrong = is_wrong(batch, i);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (wrong || desk.data.enlarged == static_cast<int>(i))
    list.AddRect({at.x - 1, at.y - 1}, {at.x + side + 1, at.y + side + 1},
                 wrong ? palette().warm : palette().accent, 0, 0, px(2));
  list.PushClipRect(at, {at.x + side, at.y + side + line}, true);
  list.AddText(small_font(), px(small_font_size), {at.x, at.y + side + px(2)},
               wrong ? palette().warm : palette().quiet, caption(desk, batch, i).c_str());
  list.PopClipRect();
  if (!ImGui::IsItemHovered()) return;
  ImGui::BeginTooltip();
  tell(desk, batch, i);
  ImGui::EndTooltip();
}

void draw_tiles(Desk& desk, const BatchLook& batch) {
  const float room = ImGui::GetContentRegionAvail().x, gap = ImGui::GetStyle().ItemSpacing.x;
  const float side = px(desk.narrow ? 56 : 72);
  const auto across = static_cast<std::size_t>(std::max(1.0f, (room + gap) / (side + gap)));
  const auto order = order_of(batch, desk.data.by_loss);
  for (std::size_t place = 0; place < order.size(); ++place) {
    if (place % across != 0) ImGui::SameLine();
    draw_tile(desk, batch, order[place], side);
  }
}

// The numbers of a picture that was clicked.
void draw_enlarged(Desk& desk, const BatchLook& batch) {
  const auto i = static_cast<std::size_t>(desk.data.enlarged);
  const Picture of = picture(batch, i);
  DataState& state = desk.data;
  tell(desk, batch, i);
  if (ImGui::Button("Close")) state.enlarged = -1;
  tooltip("Back to the pictures alone");
  if (!of.values) return;
  ImGui::SameLine();
  zoom_buttons(state.zoom);
  HeatMaps maps = {.values = of.values,
                   .maps = of.channels,
                   .rows = of.height,
                   .columns = of.width,
                   .map_stride = std::int64_t{of.height} * of.width,
                   .row_stride = of.width};
  maps.limit = largest(maps);
  next_in_row(px(240), true);
  scale_legend(maps.limit);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const Cell hovered = heat_maps("##numbers", maps, {room.x, std::max(px(200), room.y - px(30))},
                                 state.zoom, state.cursor);
  const Cell& cell = maps.has(hovered) ? hovered : state.cursor;
  if (maps.has(cell))
    quiet_text("[%d, %d, %d] %.6g", cell.map, cell.row, cell.column,
               static_cast<double>(maps.at(cell)));
}

// The picture that is shown in the page, too, and what the network makes of it now.
void draw_shown(Desk& desk) {
  const BatchLook* shown = desk.shown ? &*desk.shown : nullptr;
  const int* index = shown ? of_picture(shown->indices, 0) : nullptr;
  int number = index ? *index + 1 : 1;
  ImGui::SetNextItemWidth(px(130));
  if (ImGui::InputInt("Validation picture", &number, 1, 100) && number >= 1)
    desk.send({.kind = probe::Command::Kind::picture, .count = number - 1});
  tooltip("The picture that is shown: here, and in the page");
  if (!index) return;
  const float side = px(desk.narrow ? 56 : 72);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Dummy({side, side});
  draw_picture(picture(*shown, 0), at, side);
  ImGui::SameLine();
  ImGui::BeginGroup();
  tell(desk, *shown, 0);
  ImGui::EndGroup();
}

void draw_batch(Desk& desk) {
  if (!desk.batch || desk.batch->labels.empty())
    return quiet_text("No batch has been taken yet. Train one, or step into one.");
  const BatchLook& batch = *desk.batch;
  ImGui::Checkbox("Largest loss first", &desk.data.by_loss);
  tooltip("Otherwise in the order in which they go in");
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < batch.labels.size(); ++i) wrong += is_wrong(batch, i) ? 1 : 0;
  next_in_row(px(230), desk.narrow);
  if (batch.answers.empty())
    quiet_text("%zu of %d pictures, step %s, not answered yet", batch.labels.size(),
               desk.network.batch, grouped_text(static_cast<std::int64_t>(batch.step)).c_str());
  else
    quiet_text("%zu of %d pictures, step %s, %zu wrong", batch.labels.size(), desk.network.batch,
               grouped_text(static_cast<std::int64_t>(batch.step)).c_str(), wrong);
  const bool enlarged =
      desk.data.enlarged >= 0 && desk.data.enlarged < static_cast<int>(batch.labels.size());
  const float height = enlarged ? std::max(px(100), ImGui::GetContentRegionAvail().y * 0.4f) : 0;
  if (ImGui::BeginChild("pictures", {0, height})) draw_tiles(desk, batch);
  ImGui::EndChild();
  if (enlarged) draw_enlarged(desk, batch);
}

}  // namespace

void draw_data(Desk& desk) {
  desk.want_batch();
  draw_shown(desk);
  heading("The batch in flight");
  draw_batch(desk);
}

}  // namespace convolab::inspector
