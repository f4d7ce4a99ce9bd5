#include "train/config.hpp"

#include <cmath>
#include <initializer_list>
#include <numbers>

#include "core/json.hpp"
#include "core/text.hpp"

namespace convolab {
namespace {

// Reads typed, bounded entries of one JSON object and keeps the first complaint.
class Reader {
 public:
  Reader(const JsonValue& object, std::string place, std::initializer_list<const char*> known)
      : object_(object), place_(std::move(place)) {
    if (!object.is_object()) {
      complain("must be a JSON object");
      return;
    }
    for (std::size_t i = 0; i < object.size(); ++i) {
      const std::string& key = object.key(i);
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
    if (object_.at(key).is_flag())
      out = object_.at(key).flag();
    else
      complain("\"" + std::string(key) + "\" must be true or false");
  }
  void text(const char* key, std::string& out) {
    if (!has(key)) return;
    if (object_.at(key).is_text())
      out = object_.at(key).text();
    else
      complain("\"" + std::string(key) + "\" must be a text");
  }
  template <class Enum>
  void choice(const char* key, std::initializer_list<std::pair<const char*, Enum>> options,
              Enum& out) {
    if (!has(key)) return;
    std::string names;
    for (const auto& [name, value] : options) {
      if (object_.at(key).is(name)) {
        out = value;
        return;
      }
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    complain("\"" + std::string(key) + "\" is " + object_.at(key).dump() + "; it must be one of " +
             names);
  }

  bool has(const char* key) const { return error_.message.empty() && object_.find(key); }
  const JsonValue& operator[](const char* key) const { return object_.at(key); }
  void complain(std::string message) {
    if (error_.message.empty()) error_ = {ErrorCode::invalid_argument, place_, std::move(message)};
  }
  bool failed() const { return !error_.message.empty(); }
  const Error& error() const { return error_; }

 private:
  bool read_number(const char* key, double low, double high, double& out, bool whole = false) {
    if (!has(key)) return false;
    const JsonValue& value = object_.at(key);
    const bool fits = value.is_number() && value.number() >= low && value.number() <= high &&
                      (!whole || value.is_whole());
    if (!fits) {
      complain("\"" + std::string(key) + "\" is " + value.dump() + "; it must be a " +
               (whole ? "whole number" : "number") + " from " + short_number(low) + " to " +
               short_number(high));
      return false;
    }
    out = value.number();
    return true;
  }

  const JsonValue& object_;
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

Status read_optimizer(const JsonValue& json, TrainConfig& config) {
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
    const JsonValue& betas = in["betas"];
    const auto fits = [](const JsonValue& b) {
      return b.is_number() && b.number() >= 0 && b.number() < 1;
    };
    if (betas.is_array() && betas.size() == 2 && fits(betas[0]) && fits(betas[1])) {
      o.beta1 = static_cast<float>(betas[0].number());
      o.beta2 = static_cast<float>(betas[1].number());
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
  const JsonValue json = JsonValue::parse(text).value_or(JsonValue());
  TrainConfig config;
  Reader in(json, "training",
            {"batch_size", "epochs", "seed", "loss", "backend", "optimizer", "schedule", "augment",
             "fuse", "frozen"});
  in.integer("batch_size", 1, 65536, config.batch_size);
  in.integer("epochs", 1, 100000, config.epochs);
  in.choice("loss", {std::pair{"cross_entropy", Loss::cross_entropy}, {"mse", Loss::mse}},
            config.loss);
  in.text("backend", config.backend);
  in.flag("fuse", config.fuse);
  if (in.has("frozen")) {
    bool texts = in["frozen"].is_array();
    for (const JsonValue& name : in["frozen"]) {
      texts = texts && name.is_text();
      config.frozen.push_back(name.text());
    }
    if (!texts) in.complain("\"frozen\" must be a list of layers' names");
  }
  if (in.has("seed")) {
    // Whole numbers that a JavaScript number holds exactly.
    const JsonValue& seed = in["seed"];
    if (seed.is_whole_from(0, 9007199254740991))
      config.seed = static_cast<std::uint64_t>(seed.number());
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
  const OptimizerConfig& o = config.optimizer;
  const bool adam = o.kind == OptimizerKind::adam || o.kind == OptimizerKind::adamw;
  JsonWriter out;
  out.begin_object()
      .member("batch_size", config.batch_size)
      .member("epochs", config.epochs)
      .member("seed", config.seed)
      .member("loss", loss_name(config.loss))
      .member("backend", config.backend);
  out.key("optimizer").begin_object().member("type", name_of(optimizer_names, o.kind));
  out.key("lr").brief(config.learning_rate).key("weight_decay").brief(o.weight_decay);
  if (!adam) out.key("momentum").brief(o.momentum);
  if (o.kind == OptimizerKind::sgd) out.member("nesterov", o.nesterov);
  if (o.kind == OptimizerKind::rmsprop) out.key("alpha").brief(o.alpha);
  if (adam) out.key("betas").begin_array().brief(o.beta1).brief(o.beta2).end_array();
  if (o.kind != OptimizerKind::sgd) out.key("eps").brief(o.eps);
  out.end_object().key("schedule").begin_object();
  out.member("type", name_of(schedule_names, config.schedule.kind));
  if (config.schedule.kind == ScheduleKind::step)
    out.member("step_size", config.schedule.step_size).key("gamma").brief(config.schedule.gamma);
  out.member("warmup_steps", config.schedule.warmup_steps).end_object();
  out.key("augment").begin_object();
  out.key("shift").brief(config.augment.shift).key("rotate").brief(config.augment.rotate);
  out.key("scale").brief(config.augment.scale).end_object();
  if (!config.fuse) out.member("fuse", false);
  if (!config.frozen.empty()) out.member("frozen", config.frozen);
  return out.end_object().text();
}

}  // namespace convolab
