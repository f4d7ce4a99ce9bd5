#include "train/checkpoint.hpp"

#include <cmath>
#include <cstring>

#include "core/json.hpp"
#include "io/safetensors.hpp"

namespace convolab {
namespace {

constexpr const char* version = "2";

// FNV-1a, 64 bits, of the text's bytes and of the numbers' 32-bit words (a visitor waits for it
// when a kept run is taken up): finds damage, not malice.
std::string checksum(const std::string& progress, std::span<const NamedTensor> tensors) {
  std::uint64_t hash = 14695981039346656037u;
  const auto take = [&](std::uint32_t word) { hash = (hash ^ word) * 1099511628211u; };
  for (const char c : progress) take(static_cast<std::uint8_t>(c));
  for (const NamedTensor& each : tensors)
    for (const float value : each.tensor.data) {
      std::uint32_t word;
      std::memcpy(&word, &value, sizeof word);
      take(word);
    }
  return std::to_string(hash);
}

// The members of a Progress and of its EpochMetrics, named once for writing and for reading.
template <class Visitor, class Metrics>
void visit_metrics(Visitor& visit, Metrics& m) {
  visit("epoch", m.epoch);
  visit("step", m.step);
  visit("loss", m.loss);
  visit("accuracy", m.accuracy);
  visit("val_loss", m.val_loss);
  visit("val_accuracy", m.val_accuracy);
}
template <class Visitor, class Where>
void visit_counters(Visitor& visit, Where& p) {
  visit("training_pictures", p.training_pictures);
  visit("validation_pictures", p.validation_pictures);
  visit("seed", p.seed);
  visit("step", p.step);
  visit("updates", p.updates);
  visit("optimizer_resets", p.optimizer_resets);
  visit("position", p.position);
  visit("sum_loss", p.sum_loss);
  visit("sum_correct", p.sum_correct);
}

struct Writer {
  JsonWriter& out;
  template <class T>
  void operator()(const char* name, const T& value) {
    out.member(name, value);
  }
};

struct Reader {
  const JsonValue& object;
  bool good = true;

  void operator()(const char* name, double& value) {
    const JsonValue* given = object.find(name);
    if (given && given->is_null())
      value = NAN;  // JSON has no other way to say it
    else if (given && given->is_number())
      value = given->number();
    else
      good = false;
  }
  void operator()(const char* name, std::uint64_t& value) {
    const JsonValue& given = object.at(name);
    good = good && given.is_natural();
    value = given.natural();
  }
  void operator()(const char* name, int& value) {
    std::uint64_t whole = 0;
    (*this)(name, whole);
    good = good && whole <= 1'000'000'000;
    if (good) value = static_cast<int>(whole);
  }
};

void write_metrics(JsonWriter& out, const EpochMetrics& metrics) {
  out.begin_object();
  Writer writer{out};
  visit_metrics(writer, metrics);
  out.end_object();
}

bool read_metrics(const JsonValue& json, EpochMetrics& metrics) {
  Reader reader{json};
  visit_metrics(reader, metrics);
  return reader.good;
}

std::string progress_json(const Progress& p) {
  JsonWriter out;
  out.begin_object();
  Writer writer{out};
  visit_counters(writer, p);
  out.member("dataset", p.dataset);
  write_metrics(out.key("current"), p.current);
  out.key("history").begin_array();
  for (const EpochMetrics& each : p.history) write_metrics(out, each);
  return out.end_array().end_object().text();
}

// False when a member is missing or is not what it should be.
bool read_progress(const std::string& text, Progress& p) {
  const JsonValue json = JsonValue::parse(text).value_or(JsonValue());
  Reader reader{json};
  visit_counters(reader, p);
  const JsonValue &dataset = json.at("dataset"), &history = json.at("history");
  if (!reader.good || !dataset.is_text() || !history.is_array()) return false;
  p.dataset = dataset.text();
  if (!read_metrics(json.at("current"), p.current)) return false;
  for (const JsonValue& each : history) {
    p.history.emplace_back();
    if (!read_metrics(each, p.history.back())) return false;
    if (p.history.back().epoch != static_cast<int>(p.history.size())) return false;
  }
  // The epoch at work follows those that are done; after the last it is the last.
  const int done = static_cast<int>(p.history.size());
  return p.current.epoch == done + 1 || (p.current.epoch == done && done > 0);
}

}  // namespace

std::string slot_name(int slot, const std::string& parameter) {
  return optimizer_prefix + std::to_string(slot) + "/" + parameter;
}

std::vector<std::uint8_t> write_checkpoint(const Checkpoint& checkpoint) {
  const std::string progress = progress_json(checkpoint.progress);
  return write_safetensors(checkpoint.tensors,
                           {{"convolab_checkpoint", version},
                            {"spec", checkpoint.spec},
                            {"config", checkpoint.config},
                            {"progress", progress},
                            {"checksum", checksum(progress, checkpoint.tensors)}});
}

Expected<Checkpoint> read_checkpoint(std::span<const std::uint8_t> file, const std::string& where) {
  Metadata metadata;
  auto tensors = read_safetensors(file, where, &metadata);
  if (!tensors) return tl::unexpected(tensors.error());
  const auto bad = [&](std::string message) {
    return fail(ErrorCode::bad_file, where, std::move(message));
  };
  const std::string found = metadata["convolab_checkpoint"];
  if (found.empty())
    return bad("it holds weights, but not where a run stood; this is not a checkpoint");
  if (found != version)
    return bad("it is a checkpoint of version " + found + ", but this Convolab reads version " +
               version);
  Checkpoint out{metadata["spec"], metadata["config"], {}, *std::move(tensors)};
  const std::string& progress = metadata["progress"];
  if (metadata["checksum"] != checksum(progress, out.tensors))
    return bad("its checksum does not fit what it holds; it was changed or damaged since");
  if (!read_progress(progress, out.progress))
    return bad("what it says of where the run stood is incomplete");
  return out;
}

}  // namespace convolab
