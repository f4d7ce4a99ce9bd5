#include "inspector/widgets/heat_map.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "inspector/stage.hpp"
#include "inspector/theme.hpp"

namespace convolab::inspector {
namespace {

// Draws into a window of its own, on a context with the inspector's theme and fonts.
class Canvas {
 public:
  explicit Canvas(ImVec2 size = {400, 400}) : inspector_(1, false), size_(size) {}

  void frame(const std::function<void()>& draw) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = size_;
    io.DeltaTime = 1.0f / 60;
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size_);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin("canvas", nullptr, ImGuiWindowFlags_NoDecoration);
    ImGui::PopStyleVar();
    draw();
    ImGui::End();
    ImGui::Render();
  }

  // The corners of this colour in the last frame.
  static int corners(ImU32 colour) {
    int count = 0;
    const ImDrawData* data = ImGui::GetDrawData();
    for (int list = 0; list < data->CmdListsCount; ++list)
      for (const ImDrawVert& corner : data->CmdLists[list]->VtxBuffer)
        count += corner.col == colour ? 1 : 0;
    return count;
  }

 private:
  Inspector inspector_;
  ImVec2 size_;
};

HeatMaps picture(const std::vector<float>& values, int rows, int columns) {
  return {
      .values = values.data(), .rows = rows, .columns = columns, .row_stride = columns, .limit = 1};
}

TEST(HeatMap, EveryCellHasItsColour) {
  Canvas canvas;
  const std::vector<float> values = {1, -1, 0.5f, std::nanf("")};
  Zoom zoom;
  Cell cursor;
  const auto draw = [&] { heat_maps("map", picture(values, 2, 2), {400, 400}, zoom, cursor); };
  canvas.frame(draw);
  for (const float v : values) EXPECT_GE(Canvas::corners(signed_colour(v, 1)), 4) << v;
}

TEST(HeatMap, NothingVanishesWhenCellsAreMerged) {
  Canvas canvas;
  // A million cells on 400 × 400 pixels, and one of them matters.
  std::vector<float> values(1000 * 1000, 0.01f);
  values[537'291] = -1;
  Zoom zoom;
  Cell cursor;
  const auto draw = [&] {
    heat_maps("map", picture(values, 1000, 1000), {400, 400}, zoom, cursor);
  };
  canvas.frame(draw);
  EXPECT_EQ(Canvas::corners(signed_colour(-1, 1)), 4);
  EXPECT_LT(ImGui::GetDrawData()->TotalVtxCount, 200'000);
  values[537'291] = std::nanf("");
  canvas.frame(draw);
  EXPECT_EQ(Canvas::corners(signed_colour(std::nanf(""), 1)), 4);
}

TEST(HeatMap, OnlyWhatIsVisibleIsDrawn) {
  Canvas canvas;
  std::vector<float> values(256 * 256);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? 0.5f : -0.5f;
  Zoom zoom;
  Cell cursor;
  const auto draw = [&] { heat_maps("map", picture(values, 256, 256), {300, 300}, zoom, cursor); };
  canvas.frame(draw);
  zoom.about({150, 150}, 8);
  canvas.frame(draw);
  const int zoomed = Canvas::corners(signed_colour(0.5f, 1));
  EXPECT_GT(zoomed, 0);
  EXPECT_LT(zoomed, 40 * 40 * 4);
}

TEST(HeatMap, ZoomKeepsThePointUnderThePointer) {
  Zoom zoom;
  zoom.size = {200, 100};
  const ImVec2 point = {60, 30};
  zoom.about(point, 4);
  EXPECT_FLOAT_EQ((zoom.at.x + point.x) / zoom.factor, point.x);
  EXPECT_FLOAT_EQ((zoom.at.y + point.y) / zoom.factor, point.y);
  zoom.about(point, 0.25f);
  EXPECT_FLOAT_EQ(zoom.factor, 1);
  EXPECT_NEAR(zoom.at.x, 0, 1e-4f);
  zoom.about(point, 0.25f);
  EXPECT_FLOAT_EQ(zoom.factor, 1) << "never smaller than all of it";
}

TEST(HeatMap, PointerReadsAndChoosesTheCellUnderIt) {
  Canvas canvas;
  std::vector<float> values(8 * 8 * 3);
  HeatMaps maps = picture(values, 8, 8);
  maps.maps = 3, maps.map_stride = 64;
  Zoom zoom;
  Cell cursor, hovered;
  const auto draw = [&] { hovered = heat_maps("map", maps, {400, 400}, zoom, cursor); };
  const Tiling t = tile(maps, {400, 400}, 4, 48);
  ASSERT_EQ(t.across, 2);
  // Map 2 is below map 0; row 5, column 6 of it.
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = {6.5f * t.cell, 8 * t.cell + t.gap + 5.5f * t.cell};
  for (const bool down : {false, false, true, false, false}) {
    io.MouseDown[0] = down;
    canvas.frame(draw);
  }
  EXPECT_EQ(hovered, (Cell{2, 5, 6}));
  EXPECT_EQ(cursor, (Cell{2, 5, 6}));
  io.MousePos = {8 * t.cell + t.gap / 2, 10};
  canvas.frame(draw);
  EXPECT_EQ(hovered, Cell{}) << "between two maps";
}

TEST(HeatMap, WheelZoomsAndDragPans) {
  Canvas canvas;
  const std::vector<float> values(64 * 64, 0.5f);
  Zoom zoom;
  Cell cursor;
  const auto draw = [&] { heat_maps("map", picture(values, 64, 64), {400, 400}, zoom, cursor); };
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = {200, 200};
  canvas.frame(draw);
  canvas.frame(draw);
  for (int turn = 0; turn < 8; ++turn) {
    io.MouseWheel = 1;
    canvas.frame(draw);
  }
  EXPECT_NEAR(zoom.factor, std::pow(1.25f, 8.0f), 0.01f);
  const ImVec2 before = zoom.at;
  io.MouseDown[0] = true;
  canvas.frame(draw);
  io.MousePos = {150, 180};
  canvas.frame(draw);
  io.MouseDown[0] = false;
  canvas.frame(draw);
  EXPECT_NEAR(zoom.at.x, before.x + 50, 1);
  EXPECT_NEAR(zoom.at.y, before.y + 20, 1);
  EXPECT_EQ(cursor, Cell{}) << "a drag chooses nothing";
}

TEST(HeatMap, TilingsFillTheRegionAndNoMore) {
  const std::vector<float> none(1);
  struct Case {
    int maps, rows, columns, across;
  };
  for (const Case c : {Case{1, 1, 1, 0},
                       {6, 28, 28, 0},
                       {96, 5, 5, 6},
                       {512, 7, 7, 0},
                       {4096, 3, 3, 64},
                       {4096, 3, 3, 512},
                       {1, 10, 4096, 0},
                       {100'000, 1, 1, 0},
                       {13, 127, 3, 0}})
    for (const ImVec2 size : {ImVec2{340, 200}, ImVec2{900, 500}}) {
      const HeatMaps maps = {.values = none.data(),
                             .maps = c.maps,
                             .rows = c.rows,
                             .columns = c.columns,
                             .across = c.across};
      const Tiling t = tile(maps, size, 4, 48);
      EXPECT_GT(t.cell, 0) << c.maps;
      EXPECT_LE(t.cell, 48) << c.maps;
      EXPECT_LE(t.content.x, size.x + 0.5f) << c.maps << " of " << c.rows << "×" << c.columns;
      EXPECT_LE(t.content.y, size.y + 0.5f) << c.maps << " of " << c.rows << "×" << c.columns;
      EXPECT_TRUE(c.across == 0 || t.across == c.across);
    }
}

TEST(HeatMap, NumbersAreAsLongAsFits) {
  Canvas canvas;
  canvas.frame([] {
    EXPECT_EQ(fitting_text(0.1234f, 200), "0.123");
    EXPECT_EQ(fitting_text(-0.1234f, 24), "-0.1");
    EXPECT_EQ(fitting_text(12345, 10), "");
    EXPECT_EQ(fitting_text(std::nanf(""), 5), "NaN");
  });
}

}  // namespace
}  // namespace convolab::inspector
