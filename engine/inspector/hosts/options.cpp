#include "inspector/hosts/options.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "inspector/layout.hpp"

namespace convolab::inspector {
namespace {

constexpr int smallest = 200, largest = 8'000;  // a side of the window, in units of design

void add_run_options(CLI::App& app, Options& o) {
  app.add_option("--model", o.model, "A name of `convolab models`, a spec file or a saved folder")
      ->type_name("MODEL")
      ->capture_default_str();
  app.add_option("--data", o.data, "digits, fashion, an IDX file or a folder")
      ->type_name("DATA")
      ->capture_default_str();
  cli::add_data_options(app, o.files);
  app.add_option("--batch-size", o.batch_size, "Pictures in a batch (default 32)")->type_name("N");
  app.add_option("--epochs", o.epochs, "Epochs until it is finished (default 100)")->type_name("N");
  app.add_option("--seed", o.seed, "Of everything that is random (default 1)")->type_name("N");
  app.add_option("--lr", o.lr, "Learning rate (default 0.004)")->type_name("RATE");
  app.add_option("--optimizer", o.optimizer, "sgd, rmsprop, adam or adamw (default adam)")
      ->type_name("NAME");
  app.add_option("--schedule", o.schedule, "constant, step or cosine (default cosine)")
      ->type_name("NAME");
  app.add_option("--loss", o.loss, "cross_entropy or mse (default cross_entropy)")
      ->type_name("NAME");
  app.add_flag("--augment", o.augment, "Moves, turns and scales the pictures a little");
  app.add_flag("--fuse,!--no-fuse", o.fuse, "Steps that do the work of two layers (default)");
  cli::add_engine_options(app, o.engine);
}

void add_look_options(CLI::App& app, Options& o, std::string& size) {
  app.add_flag("--dark,!--light", o.dark, "Colours (default: as the last time)");
  app.add_option("--scale", o.scale, "Size of everything (default: the display's)")
      ->type_name("FACTOR")
      ->check(CLI::Range(0.5, 4.0));
  app.add_option("--size", size, "Of the window (default 1280x800)")->type_name("WxH");
  std::vector<std::string> names;
  for (int v = 0; v < static_cast<int>(ViewId::count); ++v)
    names.emplace_back(view_name(static_cast<ViewId>(v)));
  app.add_option("--view", o.view, "The view to begin with")
      ->type_name("NAME")
      ->check(CLI::IsMember(names));
  app.add_option("--headless-frames", o.frames, "Draws so many frames without a window, and ends")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--screenshot", o.screenshot, "PNG file for the last of these frames")
      ->type_name("FILE");
  app.add_option("--steps", o.steps, "Batches to train before them (default 0)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--at", o.at, "Then goes into the next batch, to before this step of the plan")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--record", o.record, "Records the weights every so many steps (default 0: never)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--select", o.selected,
                 "The buffer or layer that is selected: c1.weight, d_c1, c1 …")
      ->type_name("NAME");
}

bool read_size(const std::string& text, Options& o) {
  int width = 0, height = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%dx%d%c", &width, &height, &rest) != 2) return false;
  if (width < smallest || width > largest || height < smallest || height > largest) return false;
  o.width = width;
  o.height = height;
  return true;
}

int complain(const std::string& message) {
  std::fprintf(stderr, "convolab-inspector: %s (see convolab-inspector --help)\n", message.c_str());
  return cli::exit_refused;
}

}  // namespace

Options parse_options(int argc, char** argv, std::optional<int>& done) {
  Options o;
  std::string size;
  CLI::App app("Opens the inspector: every step, buffer and weight of a network while it trains.",
               "convolab-inspector");
  app.set_version_flag("--version", "convolab-inspector " CONVOLAB_VERSION);
  app.get_formatter()->column_width(26);
  add_run_options(app, o);
  add_look_options(app, o, size);
  app.footer(
      "Examples:\n"
      "  convolab-inspector --model lenet-5 --data digits\n"
      "  convolab-inspector --headless-frames 3 --steps 100 --view memory --screenshot memory.png");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    done = app.exit(success);
    return o;
  } catch (const CLI::ParseError& error) {
    done = complain(error.what());
    return o;
  }
  if (!size.empty() && !read_size(size, o))
    done = complain("--size is \"" + size + "\"; expected a width and a height from " +
                    std::to_string(smallest) + " to " + std::to_string(largest) +
                    ", such as 1280x800");
  const bool headless = o.frames > 0;
  if (headless != !o.screenshot.empty())
    done = complain("--headless-frames and --screenshot belong together");
  else if (!headless && (o.steps > 0 || o.at || o.record > 0 || !o.selected.empty()))
    done = complain("--steps, --at, --record and --select need --headless-frames");
  return o;
}

Expected<TrainConfig> train_config(const Options& o) {
  using Json = nlohmann::ordered_json;
  Json config = {{"backend", o.engine.backend},
                 {"fuse", o.fuse},
                 {"epochs", o.epochs.value_or(100)},
                 {"optimizer", Json::object()},
                 {"schedule", Json::object()}};
  if (o.batch_size) config["batch_size"] = *o.batch_size;
  if (o.seed) config["seed"] = *o.seed;
  if (o.loss) config["loss"] = *o.loss;
  if (o.optimizer) config["optimizer"]["type"] = *o.optimizer;
  if (o.lr) config["optimizer"]["lr"] = *o.lr;
  if (o.schedule) config["schedule"]["type"] = *o.schedule;
  if (o.augment)
    config["augment"] = {{"shift", usual_augmentation.shift},
                         {"rotate", usual_augmentation.rotate},
                         {"scale", usual_augmentation.scale}};
  return cli::config_of_options(config.dump());
}

}  // namespace convolab::inspector
