// convolab train: trains a network on a dataset and saves what it learnt.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.hpp"
#include "cli/data_files.hpp"
#include "cli/evaluation.hpp"
#include "cli/files.hpp"
#include "cli/model_files.hpp"
#include "cli/profile.hpp"
#include "cli/text.hpp"
#include "io/safetensors.hpp"
#include "io/weights.hpp"
#include "train/trainer.hpp"

namespace convolab::cli {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t interrupted = 0;

struct Options {
  std::string model = "lenet-5", data = "digits", save, init;
  // Everything that TrainConfig holds; what is not given keeps its default there.
  std::optional<std::int64_t> batch_size, epochs, seed, step_size, warmup_steps;
  std::optional<std::string> optimizer, schedule, loss;
  std::optional<double> lr, momentum, weight_decay, gamma, shift, rotate, scale;
  bool nesterov = false, augment = false, json = false, log_steps = false, no_fuse = false;
  bool profile = false;
  std::optional<int> limit_train;
  DataOptions files;
  EngineOptions engine;
};

// The options as the JSON document of TrainConfig.
Expected<TrainConfig> make_config(const Options& o) {
  Json config = {{"backend", o.engine.backend},
                 {"fuse", !o.no_fuse},
                 {"optimizer", Json::object()},
                 {"schedule", Json::object()},
                 {"augment", Json::object()}};
  const auto set = [](Json& object, const char* key, const auto& value) {
    if (value) object[key] = *value;
  };
  set(config, "batch_size", o.batch_size);
  set(config, "epochs", o.epochs);
  set(config, "seed", o.seed);
  set(config, "loss", o.loss);
  Json& optimizer = config["optimizer"];
  set(optimizer, "type", o.optimizer);
  set(optimizer, "lr", o.lr);
  set(optimizer, "momentum", o.momentum);
  set(optimizer, "weight_decay", o.weight_decay);
  if (o.nesterov) optimizer["nesterov"] = true;
  Json& schedule = config["schedule"];
  set(schedule, "type", o.schedule);
  set(schedule, "step_size", o.step_size);
  set(schedule, "gamma", o.gamma);
  set(schedule, "warmup_steps", o.warmup_steps);
  Json& augment = config["augment"];
  if (o.augment)
    augment = {{"shift", usual_augmentation.shift},
               {"rotate", usual_augmentation.rotate},
               {"scale", usual_augmentation.scale}};
  set(augment, "shift", o.shift);
  set(augment, "rotate", o.rotate);
  set(augment, "scale", o.scale);
  return config_of_options(config.dump());
}

Expected<std::shared_ptr<Dataset>> load(const Options& options, const Shape& shape) {
  auto data = load_data(data_source(options.data, options.files), shape);
  if (!data) return tl::unexpected(data.error());
  if (!options.limit_train) return std::make_shared<Dataset>(*std::move(data));
  if (*options.limit_train < 1)
    return fail(ErrorCode::invalid_argument, "--limit-train",
                "it is " + std::to_string(*options.limit_train) + "; it must be 1 or more");
  return std::make_shared<Dataset>(limit_training(*std::move(data), *options.limit_train));
}

Json epoch_json(const EpochMetrics& epoch, bool validated) {
  const auto if_validated = [&](double value) { return validated ? Json(value) : Json(); };
  return {{"epoch", epoch.epoch},
          {"loss", epoch.loss},
          {"accuracy", epoch.accuracy},
          {"val_loss", if_validated(epoch.val_loss)},
          {"val_accuracy", if_validated(epoch.val_accuracy)}};
}

// One run of training, and what it prints.
class Run {
 public:
  Run(const Options& options, Trainer& trainer)
      : options_(options), trainer_(trainer), progress_(!options.json && !options.log_steps) {}

  void announce(const ThreadPool& pool) const {
    if (options_.json) return;
    const TrainConfig& config = trainer_.config();
    const Dataset& data = trainer_.dataset();
    const std::string name = trainer_.graph().spec().name;
    std::printf("%s, %s parameters, on %s: %s pictures to train, %s to validate\n",
                name.empty() ? options_.model.c_str() : name.c_str(),
                grouped(trainer_.graph().trainable_parameters()).c_str(), data.name.c_str(),
                grouped(data.train.size()).c_str(), grouped(data.validation.size()).c_str());
    const Json json = Json::parse(train_config_to_json(config));
    std::printf("%s, learning rate %g, batch %d, seed %llu, backend %s, %d thread%s\n",
                json["optimizer"]["type"].get<std::string>().c_str(),
                static_cast<double>(config.learning_rate), config.batch_size,
                static_cast<unsigned long long>(config.seed), config.backend.c_str(),
                pool.threads(), pool.threads() == 1 ? "" : "s");
    std::fflush(stdout);
  }

  // Until all epochs are done, Ctrl-C, or an error.
  Status train() {
    start_ = Clock::now();
    while (!interrupted) {
      const auto begin = Clock::now();
      const auto result = trainer_.step();
      if (!result) {
        progress_.clear();
        return tl::unexpected(result.error());
      }
      if (result->kind == StepResult::Kind::finished) break;
      if (result->kind == StepResult::Kind::trained) {
        trained_ += result->samples;
        seconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
        trained_in_all_ += result->samples;
        if (options_.log_steps) log(*result);
      }
      show(*result);
      if (result->epoch_done) print(*result->epoch_done);
    }
    progress_.clear();
    return {};
  }

 private:
  void log(const StepResult& result) const {
    std::fprintf(options_.json ? stderr : stdout, "step %llu loss %.9g\n",
                 static_cast<unsigned long long>(result.step), result.loss);
  }

  void show(const StepResult& result) {
    const std::int64_t size = trainer_.dataset().train.size();
    const auto all = static_cast<double>(size * trainer_.config().epochs);
    const auto done = static_cast<double>(trained_in_all_);
    const double passed = std::chrono::duration<double>(Clock::now() - start_).count();
    progress_.show(result.epoch, trainer_.config().epochs, trained_, size,
                   static_cast<double>(trained_) / seconds_, passed / done * (all - done));
  }

  void print(const EpochMetrics& epoch) {
    progress_.clear();
    const bool validated = trainer_.dataset().validation.size() > 0;
    const double rate = static_cast<double>(trained_) / seconds_;
    if (options_.json) {
      Json line = epoch_json(epoch, validated);
      line["images_per_second"] = rate;
      std::printf("%s\n", line.dump().c_str());
    } else {
      const std::string total = std::to_string(trainer_.config().epochs);
      std::printf("epoch %*d/%s  loss %.4f  accuracy %7s", static_cast<int>(total.size()),
                  epoch.epoch, total.c_str(), epoch.loss, percent(epoch.accuracy).c_str());
      if (validated)
        std::printf("  validation loss %.4f  accuracy %7s", epoch.val_loss,
                    percent(epoch.val_accuracy).c_str());
      std::printf("  %7s images/s\n", grouped(static_cast<std::int64_t>(rate)).c_str());
    }
    std::fflush(stdout);
    trained_ = 0;
    seconds_ = 0;
  }

  const Options& options_;
  Trainer& trainer_;
  Progress progress_;
  Clock::time_point start_;
  std::int64_t trained_ = 0, trained_in_all_ = 0;  // pictures: of this epoch, of all
  double seconds_ = 0;                             // spent on training steps of this epoch
};

// training.json: how it was trained and how well.
Expected<std::string> training_record(const Options& options, Trainer& trainer) {
  Json out = {{"model", trainer.graph().spec().name},
              {"data", options.data},
              {"pictures", options.files.pictures},
              {"steps", trainer.steps_done()},
              {"interrupted", interrupted != 0},
              {"config", Json::parse(train_config_to_json(trainer.config()))},
              {"history", Json::array()}};
  const bool validated = trainer.dataset().validation.size() > 0;
  for (const EpochMetrics& epoch : trainer.history())
    out["history"].push_back(epoch_json(epoch, validated));
  if (validated) {
    const auto final = trainer.evaluate(Split::validation);
    if (!final) return tl::unexpected(final.error());
    out["validation"] = evaluation_json(*final, trainer.dataset());
  }
  // One line for every entry, and for every epoch.
  std::string text = "{";
  for (const auto& [key, value] : out.items()) {
    text += (text.size() > 1 ? ",\n  " : "\n  ") + Json(key).dump() + ": ";
    if (key != "history" || value.empty()) {
      text += value.dump();
      continue;
    }
    for (std::size_t i = 0; i < value.size(); ++i)
      text += (i == 0 ? "[\n    " : ",\n    ") + value[i].dump();
    text += "\n  ]";
  }
  return text + "\n}\n";
}

Status save_model(const std::filesystem::path& folder, const Graph& graph) {
  if (auto status = make_folder(folder); !status) return status;
  return write_file(folder / model_file, spec_to_json(graph.spec(), 2) + "\n");
}

Status save_results(const std::filesystem::path& folder, const Options& options, Trainer& trainer) {
  const auto weights = write_safetensors(take_weights(trainer.graph(), trainer.state()));
  if (auto status = write_file(folder / weights_file, weights); !status) return status;
  const auto record = training_record(options, trainer);
  if (!record) return tl::unexpected(record.error());
  return write_file(folder / training_file, *record);
}

// Where the time of a training step goes. After the training, so that nothing of it is measured
// with.
Status profile(const Options& options, const Trainer& trainer, ThreadPool& pool) {
  const TrainConfig& config = trainer.config();
  const double ceiling = measure_ceiling(**find_backend(config.backend), 0.5);
  const auto taken =
      take_profile(options.model, trainer.graph(), {.config = config, .seconds = 2}, ceiling, pool);
  if (!taken) return tl::unexpected(taken.error());
  if (options.json) {
    std::printf("%s\n", profile_json(*taken).dump().c_str());
  } else {
    std::printf("\n");
    print_profile(*taken);
  }
  return {};
}

Expected<int> train(const Options& options) {
  auto graph = load_model(options.model, options.init);
  if (!graph) return tl::unexpected(graph.error());
  const auto config = make_config(options);
  if (!config) return tl::unexpected(config.error());
  const auto pool = make_pool(options.engine);
  if (!pool) return tl::unexpected(pool.error());
  const auto data = load(options, graph->spec().input);
  if (!data) return tl::unexpected(data.error());
  const auto trainer = Trainer::create(*std::move(graph), *config, *data, **pool);
  if (!trainer) return tl::unexpected(trainer.error());
  // Before the first step, so that a folder that cannot be written does not cost the training.
  if (!options.save.empty())
    if (auto status = save_model(options.save, (*trainer)->graph()); !status)
      return tl::unexpected(status.error());

  std::signal(SIGINT, [](int) {
    interrupted = 1;
    std::signal(SIGINT, SIG_DFL);  // a second Ctrl-C ends at once
  });
  Run run(options, **trainer);
  run.announce(**pool);
  if (auto status = run.train(); !status) return tl::unexpected(status.error());
  if (!options.save.empty())
    if (auto status = save_results(options.save, options, **trainer); !status)
      return tl::unexpected(status.error());
  const std::string saved =
      options.save.empty() ? "nothing is saved without --save" : "saved to " + options.save;
  if (interrupted)
    std::fprintf(stderr, "convolab: interrupted after step %llu; %s\n",
                 static_cast<unsigned long long>((*trainer)->steps_done()), saved.c_str());
  else if (!options.json && !options.save.empty())
    std::printf("%s\n", saved.c_str());
  if (options.profile && !interrupted)
    if (auto status = profile(options, **trainer, **pool); !status)
      return tl::unexpected(status.error());
  return interrupted ? exit_interrupted : exit_done;
}

std::string by_default(const Json& name) { return " (default " + name.get<std::string>() + ")"; }
std::string by_default(double value) {
  char text[32];
  std::snprintf(text, sizeof text, " (default %g)", value);
  return text;
}

void add_config_options(CLI::App& c, Options& o) {
  const TrainConfig defaults;
  const Json names = Json::parse(train_config_to_json(defaults));
  c.add_option("--epochs", o.epochs,
               "Passes over the training pictures" + by_default(defaults.epochs))
      ->type_name("N");
  c.add_option("--batch-size", o.batch_size, "Pictures in a step" + by_default(defaults.batch_size))
      ->type_name("N");
  c.add_option("--seed", o.seed, "Of weights, order, dropout and augmentation" + by_default(1))
      ->type_name("N");
  c.add_option("--optimizer", o.optimizer,
               "sgd, rmsprop, adam or adamw" + by_default(names["optimizer"]["type"]))
      ->type_name("NAME");
  c.add_option("--lr", o.lr,
               "Learning rate" + by_default(static_cast<double>(defaults.learning_rate)))
      ->type_name("X");
  c.add_option("--momentum", o.momentum, "Of sgd and rmsprop (default 0)")->type_name("X");
  c.add_flag("--nesterov", o.nesterov, "Nesterov's momentum, of sgd");
  c.add_option("--weight-decay", o.weight_decay, "Default 0, with adamw 0.01")->type_name("X");
  c.add_option(
       "--schedule", o.schedule,
       "Of the learning rate: constant, step or cosine" + by_default(names["schedule"]["type"]))
      ->type_name("NAME");
  c.add_option(
       "--step-size", o.step_size,
       "Epochs between two drops of the step schedule" + by_default(defaults.schedule.step_size))
      ->type_name("N");
  c.add_option("--gamma", o.gamma,
               "Factor of each drop" + by_default(static_cast<double>(defaults.schedule.gamma)))
      ->type_name("X");
  c.add_option("--warmup-steps", o.warmup_steps, "Steps of linear warm-up (default 0)")
      ->type_name("N");
  c.add_flag("--augment", o.augment,
             "Move the pictures a little: --shift 1 --rotate 15 --scale 0.15");
  c.add_option("--shift", o.shift, "Random shift, pixels each way")->type_name("X");
  c.add_option("--rotate", o.rotate, "Random rotation, degrees each way")->type_name("X");
  c.add_option("--scale", o.scale, "Random scaling: 0.1 is from 0.9 to 1.1")->type_name("X");
  c.add_option("--loss", o.loss, "cross_entropy or mse" + by_default(names["loss"]))
      ->type_name("NAME");
  c.add_option("--init", o.init,
               "pytorch, he_normal, he_uniform, xavier_normal or xavier_uniform (default: the "
               "model's)")
      ->type_name("NAME");
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("train", "Train a network on a dataset");
  command
      ->add_option("--model", options->model,
                   "A name of the zoo (see convolab models), a spec file, or a saved folder "
                   "(default lenet-5)")
      ->type_name("MODEL");
  command
      ->add_option("--data", options->data,
                   "digits, fashion, an IDX file of images with its labels beside it, or a folder: "
                   "IDX files, or pictures in one subfolder per class (default digits)")
      ->type_name("DATA");
  command->add_option("--save", options->save, "Folder for model, weights and record")
      ->type_name("DIR");
  add_config_options(*command, *options);
  add_data_options(*command, options->files);
  add_engine_options(*command, options->engine);
  command->add_option("--limit-train", options->limit_train, "Only the first N training pictures")
      ->type_name("N");
  command->add_flag("--log-steps", options->log_steps,
                    "Print every step's loss, to compare runs (with --json on stderr)");
  command->add_flag("--no-fuse", options->no_fuse,
                    "A plan step for every layer, none that does what two layers say");
  command->add_flag("--profile", options->profile,
                    "Measure every step of the training plan afterwards, against this machine's "
                    "ceiling");
  command->add_flag("--json", options->json, "Print one JSON object a line per epoch");
  command->footer(
      "Examples:\n"
      "  convolab train --model lenet-5 --data digits --epochs 5 --seed 1 --save out/\n"
      "  convolab train --epochs 20 --augment\n"
      "Ctrl-C finishes the step, saves and ends.");
  command->callback([options, &action] { action = [options] { return train(*options); }; });
}

}  // namespace convolab::cli
