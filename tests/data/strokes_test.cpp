// What a visitor draws is recognised: digits drawn as people draw them (tests/data/strokes), on a
// surface like the page's, through the page's preparation, by the page's default network after the
// page's default training.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/idx.hpp"
#include "data/picture.hpp"
#include "io/gzip.hpp"
#include "model/zoo.hpp"
#include "train/trainer.hpp"

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Drawing {
  int digit = 0;
  double pen = 0;                            // width of the stroke
  std::vector<std::vector<double>> strokes;  // x, y, x, y, …
};

struct Drawings {
  int surface = 0;  // width and height, in pixels
  std::vector<Drawing> all;
};

std::string read_text(const std::string& path) {
  std::ifstream file(CONVOLAB_SOURCE_DIR "/" + path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

Drawings read_drawings() {
  const std::string text = read_text("tests/data/strokes/strokes.json");
  const auto json = nlohmann::json::parse(text, nullptr, false);
  Drawings out;
  if (json.is_discarded()) return out;
  out.surface = json["surface"].get<int>();
  for (const auto& each : json["drawings"])
    out.all.push_back({each["digit"].get<int>(), each["pen"].get<double>(),
                       each["strokes"].get<std::vector<std::vector<double>>>()});
  return out;
}

double distance_to(double x, double y, double ax, double ay, double bx, double by) {
  const double dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
  const double t =
      length > 0 ? std::clamp(((x - ax) * dx + (y - ay) * dy) / length, 0.0, 1.0) : 0.0;
  return std::hypot(x - ax - t * dx, y - ay - t * dy);
}

// White on black with round caps and joins, as the page draws. A pixel's cover falls from 1 to 0
// over one pixel across the stroke's edge.
Bytes draw(const Drawing& drawing, int side) {
  Bytes out(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 0);
  const double reach = drawing.pen / 2 + 0.5;
  const auto inside = [&](double value) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(side)));
  };
  const auto segment = [&](double ax, double ay, double bx, double by) {
    const int bottom = inside(std::max(ay, by) + reach + 1);
    const int right = inside(std::max(ax, bx) + reach + 1);
    for (int y = inside(std::min(ay, by) - reach); y < bottom; ++y)
      for (int x = inside(std::min(ax, bx) - reach); x < right; ++x) {
        const double cover = reach - distance_to(x + 0.5, y + 0.5, ax, ay, bx, by);
        auto& pixel = out[static_cast<std::size_t>(y * side + x)];
        const double value = std::round(255 * std::clamp(cover, 0.0, 1.0));
        pixel = std::max(pixel, static_cast<std::uint8_t>(value));
      }
  };
  for (const std::vector<double>& p : drawing.strokes)
    for (std::size_t i = 0; i + 3 < p.size(); i += 2) segment(p[i], p[i + 1], p[i + 2], p[i + 3]);
  return out;
}

Bytes prepared(const Drawing& drawing, int side) {
  const Bytes grey = draw(drawing, side);
  const auto out = prepare_picture({side, side, 1, grey}, {1, 28, 28}, PictureMode::like_mnist);
  return out ? *out : Bytes{};
}

Bytes unpacked(const std::string& name) {
  const std::string text = read_text("web/data/digits/" + name);
  const auto out = gunzip(Bytes(text.begin(), text.end()), name);
  EXPECT_TRUE(out) << (out ? "" : out.error().text());
  return out ? *out : Bytes{};
}

void load(const std::vector<Manifest::Part>& parts, ImageSet& set) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto images = parse_idx_images(unpacked(parts[i].images), parts[i].images);
    const auto labels = parse_idx_labels(unpacked(parts[i].labels), parts[i].labels);
    ASSERT_TRUE(images && labels);
    ASSERT_TRUE(set.add_part(static_cast<int>(i), images->pixels, *labels));
  }
}

std::shared_ptr<Dataset> load_digits() {
  const auto manifest = parse_manifest(read_text("web/data/digits/manifest.json"));
  if (!manifest) return nullptr;
  auto digits = std::make_shared<Dataset>(announce(*manifest));
  load(manifest->train, digits->train);
  load(manifest->validation, digits->validation);
  return digits;
}

int answer_of(Trainer& trainer, const Bytes& picture) {
  const auto snapshot = trainer.snapshot(picture, {});
  if (!snapshot || snapshot->probabilities.empty()) return -1;
  const auto& p = snapshot->probabilities;
  return static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
}

struct Score {
  int right = 0, all = 0;
  std::string text;  // every wrong answer, as "7→1"
};

Score score_of(Trainer& trainer, const Drawings& drawings) {
  Score score;
  for (const Drawing& drawing : drawings.all) {
    const int answer = answer_of(trainer, prepared(drawing, drawings.surface));
    ++score.all;
    if (answer == drawing.digit) {
      ++score.right;
      continue;
    }
    score.text += " " + std::to_string(drawing.digit) + "→" + std::to_string(answer);
  }
  return score;
}

TEST(Strokes, EveryDrawingIsBroughtToTheDatasLayout) {
  const Drawings drawings = read_drawings();
  ASSERT_GE(drawings.all.size(), 240u);
  std::array<int, 10> each{};
  for (const Drawing& drawing : drawings.all) {
    ++each[static_cast<std::size_t>(drawing.digit)];
    const Bytes picture = prepared(drawing, drawings.surface);
    ASSERT_EQ(picture.size(), 28u * 28u);
    std::int64_t mass = 0, mass_x = 0, mass_y = 0;
    for (int y = 0; y < 28; ++y)
      for (int x = 0; x < 28; ++x) {
        const int value = picture[static_cast<std::size_t>(y * 28 + x)];
        mass += value;
        mass_x += (2 * x + 1) * value;
        mass_y += (2 * y + 1) * value;
      }
    ASSERT_GT(mass, 0);
    // Within half a pixel of the middle, unless that would cut something off.
    EXPECT_NEAR(static_cast<double>(mass_x) / static_cast<double>(2 * mass), 14, 1.0);
    EXPECT_NEAR(static_cast<double>(mass_y) / static_cast<double>(2 * mass), 14, 1.0);
  }
  EXPECT_GE(*std::min_element(each.begin(), each.end()), 24);
}

// A sanitizer makes training some ten times slower: there, one epoch shows that all of it works.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

TEST(Strokes, TheDefaultNetworkReadsNineOfTen) {
#ifndef CONVOLAB_HAVE_ZLIB
  GTEST_SKIP() << "this build cannot read the packed digits";
#endif
  const Drawings drawings = read_drawings();
  const auto digits = load_digits();
  ASSERT_TRUE(digits);
  ThreadPool pool(2);
  // What web/src/app/settings.ts starts with.
  auto config = parse_train_config(R"({"batch_size": 32, "epochs": 5, "seed": 1,
      "optimizer": {"type": "adam", "lr": 0.004}, "schedule": {"type": "cosine"}})");
  ASSERT_TRUE(config) << config.error().text();
  if (sanitized) config->epochs = 1;
  auto graph = graph_from_json(find_in_zoo("lenet-5")->spec);
  ASSERT_TRUE(graph);
  const auto trainer = Trainer::create(*std::move(graph), *config, digits, pool);
  ASSERT_TRUE(trainer) << trainer.error().text();
  for (;;) {
    const auto result = (*trainer)->step();
    ASSERT_TRUE(result) << result.error().text();
    if (result->kind == StepResult::Kind::finished) break;
  }
  const Score score = score_of(**trainer, drawings);
  EXPECT_GE(score.right * 100, score.all * (sanitized ? 80 : 90))
      << score.right << " of " << score.all << " right; wrong:" << score.text;
}

}  // namespace
}  // namespace convolab
