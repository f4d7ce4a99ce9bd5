#include "train/config.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <numbers>

#include "core/text.hpp"

namespace convolab {
namespace {

using Json = nlohmann::ordered_json;

// Reads typed, bounded entries of one JSON object and keeps the first complaint.
class Reader {
 public:
  Reader(const Json& object, std::string place, std::initializer_list<const char*> known)
      : object_(object), place_(std::move(place)) {
    if (!object.is_object()) {
      complain("must be a JSON object");
      return;
    }
    for (const auto& [key, value] : object.items()) {
      bool found = false;
      std::string names;
      for (const char* name : known) {
        found = found || key == name;
        names += (names.empty() ? "" : ", ") + std::string(name);
      }
      if (!found) complain("unknown entry \"" + key + "\"; known are " + names);
    }
  }

  void number(const char* key, double low, double high, float& out) {
    double value = out;
    if (read_number(key, low, high, value)) out = static_cast<float>(value);
  }
  void integer(const char* key, double low, double high, int& out) {
    double value = out;
    if (read_number(key, low, high, value, true)) out = static_cast<int>(value);
  }
  void flag(const char* key, bool& out) {
    if (!has(key)) return;
    if (object_[key].is_boolean())
      out = object_[key].get<bool>();
    else
      complain("\"" + std::string(key) + "\" must be true or false");
  }
  void text(const char* key, std::string& out) {
    if (!has(key)) return;
    if (object_[key].is_string())
      out = object_[key].get<std::string>();
    else
      complain("\"" + std::string(key) + "\" must be a text");
  }
  template <class Enum>
  void choice(const char* key, std::initializer_list<std::pair<const char*, Enum>> options,
              Enum& out) {
    if (!has(key)) return;
    std::string names;
    for (const auto& [name, value] : options) {
      if (object_[key] == name) {
        out = value;
        return;
      }
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    complain("\"" + std::string(key) + "\" is " + object_[key].dump() + "; it must be one of " +
             names);
  }

  bool has(const char* key) const {
    return error_.message.empty() && object_.is_object() && object_.contains(key);
  }
  const Json& operator[](const char* key) const { return object_[key]; }
  void complain(std::string message) {
    if (error_.message.empty()) error_ = {ErrorCode::invalid_argument, place_, std::move(message)};
  }
  bool failed() const { return !error_.message.empty(); }
  const Error& error() const { return error_; }

 private:
  bool read_number(const char* key, double low, double high, double& out, bool whole = false) {
    if (!has(key)) return false;
    const Json& value = object_[key];
    const bool fits = value.is_number() && value.get<double>() >= low &&
                      value.get<double>() <= high && (!whole || value.is_number_integer());
    if (!fits) {
      complain("\"" + std::string(key) + "\" is " + value.dump() + "; it must be a " +
               (whole ? "whole number" : "number") + " from " + short_number(low) + " to " +
               short_number(high));
      return false;
    }
    out = value.get<double>();
    return true;
  }

  const Json& object_;
  std::string place_;
  Error error_;
};

using OptimizerKind = OptimizerConfig::Kind;
using ScheduleKind = ScheduleConfig::Kind;

constexpr std::initializer_list<std::pair<const char*, OptimizerKind>> optimizer_names = {
    {"sgd", OptimizerKind::sgd},
    {"rmsprop", OptimizerKind::rmsprop},
    {"adam", OptimizerKind::adam},
    {"adamw", OptimizerKind::adamw}};
constexpr std::initializer_list<std::pair<const char*, ScheduleKind>> schedule_names = {
    {"constant", ScheduleKind::constant},
    {"step", ScheduleKind::step},
    {"cosine", ScheduleKind::cosine}};

// The double whose shortest text is the float's: 0.004, not 0.004000000189989805.
double plain(float value) {
  char text[32];
  for (int digits = 6; digits <= 9; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (std::strtof(text, nullptr) == value) break;
  }
  return std::strtod(text, nullptr);
}

// The settings that each optimiser has, besides type, lr and weight_decay.
std::string_view own_settings(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd: return "momentum, nesterov";
    case OptimizerKind::rmsprop: return "alpha, eps, momentum";
    case OptimizerKind::adam:
    case OptimizerKind::adamw: return "betas, eps";
  }
  return {};
}

template <class Enum>
const char* name_of(std::initializer_list<std::pair<const char*, Enum>> names, Enum value) {
  for (const auto& [name, each] : names)
    if (each == value) return name;
  return "?";
}

Status read_optimizer(const Json& json, TrainConfig& config) {
  Reader in(json, "optimizer",
            {"type", "lr", "momentum", "nesterov", "weight_decay", "alpha", "betas", "eps"});
  OptimizerConfig& o = config.optimizer;
  in.choice("type", optimizer_names, o.kind);
  for (const char* key : {"momentum", "nesterov", "alpha", "betas", "eps"})
    if (in.has(key) && own_settings(o.kind).find(key) == std::string_view::npos)
      in.complain("\"" + std::string(key) + "\" is no setting of " +
                  name_of(optimizer_names, o.kind) + "; it has lr, weight_decay, " +
                  std::string(own_settings(o.kind)));
  if (o.kind == OptimizerKind::adamw && !in.has("weight_decay")) o.weight_decay = 0.01f;
  in.number("lr", 0, 1000, config.learning_rate);
  in.number("momentum", 0, 1, o.momentum);
  in.flag("nesterov", o.nesterov);
  in.number("weight_decay", 0, 1000, o.weight_decay);
  in.number("alpha", 0, 1, o.alpha);
  in.number("eps", 0, 1, o.eps);
  if (in.has("betas")) {
    const Json& betas = in["betas"];
    const auto fits = [](const Json& b) {
      return b.is_number() && b.get<double>() >= 0 && b.get<double>() < 1;
    };
    if (betas.is_array() && betas.size() == 2 && fits(betas[0]) && fits(betas[1])) {
      o.beta1 = betas[0].get<float>();
      o.beta2 = betas[1].get<float>();
    } else {
      in.complain("\"betas\" must be two numbers, each at least 0 and below 1");
    }
  }
  if (o.nesterov && o.momentum == 0.0f)
    in.complain("Nesterov needs a momentum above 0, such as 0.9");
  if (in.failed()) return tl::unexpected(in.error());
  return {};
}

}  // namespace

float scheduled_rate(const ScheduleConfig& s, float learning_rate, std::int64_t step,
                     std::int64_t per_epoch, std::int64_t total) {
  const double lr = learning_rate;
  if (step < s.warmup_steps)
    return static_cast<float>(lr * static_cast<double>(step + 1) / s.warmup_steps);
  switch (s.kind) {
    case ScheduleKind::constant: break;
    case ScheduleKind::step: {
      const auto drops = step / std::max<std::int64_t>(1, per_epoch) / std::max(1, s.step_size);
      return static_cast<float>(lr * std::pow(static_cast<double>(s.gamma), drops));
    }
    case ScheduleKind::cosine: {
      const double length = static_cast<double>(std::max<std::int64_t>(1, total - s.warmup_steps));
      const double done = std::min(1.0, static_cast<double>(step - s.warmup_steps) / length);
      return static_cast<float>(lr * 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
    }
  }
  return learning_rate;
}

Expected<TrainConfig> parse_train_config(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  TrainConfig config;
  Reader in(
      json, "training",
      {"batch_size", "epochs", "seed", "loss", "backend", "optimizer", "schedule", "augment"});
  in.integer("batch_size", 1, 65536, config.batch_size);
  in.integer("epochs", 1, 100000, config.epochs);
  in.choice("loss", {std::pair{"cross_entropy", Loss::cross_entropy}, {"mse", Loss::mse}},
            config.loss);
  in.text("backend", config.backend);
  if (in.has("seed")) {
    // Whole numbers that a JavaScript number holds exactly.
    const Json& seed = in["seed"];
    if (seed.is_number_integer() && seed.get<double>() >= 0 &&
        seed.get<double>() <= 9007199254740991.0)
      config.seed = seed.get<std::uint64_t>();
    else
      in.complain("\"seed\" is " + seed.dump() + "; it must be a whole number from 0 to 2⁵³−1");
  }
  if (in.failed()) return tl::unexpected(in.error());
  if (in.has("optimizer"))
    if (auto status = read_optimizer(in["optimizer"], config); !status)
      return tl::unexpected(status.error());
  if (in.has("schedule")) {
    Reader schedule(in["schedule"], "schedule", {"type", "step_size", "gamma", "warmup_steps"});
    schedule.choice("type", schedule_names, config.schedule.kind);
    schedule.integer("step_size", 1, 100000, config.schedule.step_size);
    schedule.number("gamma", 0, 1, config.schedule.gamma);
    schedule.integer("warmup_steps", 0, 1000000, config.schedule.warmup_steps);
    if (schedule.failed()) return tl::unexpected(schedule.error());
  }
  if (in.has("augment")) {
    Reader augment(in["augment"], "augment", {"shift", "rotate", "scale"});
    augment.number("shift", 0, 1000, config.augment.shift);
    augment.number("rotate", 0, 180, config.augment.rotate);
    augment.number("scale", 0, 0.9, config.augment.scale);
    if (augment.failed()) return tl::unexpected(augment.error());
  }
  return config;
}

std::string train_config_to_json(const TrainConfig& config) {
  nlohmann::ordered_json out;
  const OptimizerConfig& o = config.optimizer;
  out["batch_size"] = config.batch_size;
  out["epochs"] = config.epochs;
  out["seed"] = config.seed;
  out["loss"] = loss_name(config.loss);
  out["backend"] = config.backend;
  auto& optimizer = out["optimizer"];
  optimizer["type"] = name_of(optimizer_names, o.kind);
  optimizer["lr"] = plain(config.learning_rate);
  optimizer["weight_decay"] = plain(o.weight_decay);
  if (o.kind == OptimizerKind::sgd || o.kind == OptimizerKind::rmsprop)
    optimizer["momentum"] = plain(o.momentum);
  if (o.kind == OptimizerKind::sgd) optimizer["nesterov"] = o.nesterov;
  if (o.kind == OptimizerKind::rmsprop) optimizer["alpha"] = plain(o.alpha);
  if (o.kind == OptimizerKind::adam || o.kind == OptimizerKind::adamw)
    optimizer["betas"] = {plain(o.beta1), plain(o.beta2)};
  if (o.kind != OptimizerKind::sgd) optimizer["eps"] = plain(o.eps);
  auto& schedule = out["schedule"];
  schedule["type"] = name_of(schedule_names, config.schedule.kind);
  if (config.schedule.kind == ScheduleKind::step) {
    schedule["step_size"] = config.schedule.step_size;
    schedule["gamma"] = plain(config.schedule.gamma);
  }
  schedule["warmup_steps"] = config.schedule.warmup_steps;
  out["augment"] = {{"shift", plain(config.augment.shift)},
                    {"rotate", plain(config.augment.rotate)},
                    {"scale", plain(config.augment.scale)}};
  return out.dump();
}

}  // namespace convolab
