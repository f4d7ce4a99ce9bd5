#include "train/checkpoint.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/safetensors.hpp"

namespace convolab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* version = "1";

// FNV-1a, 64 bits: finds damage, not malice.
std::string checksum(const std::string& progress, std::span<const NamedTensor> tensors) {
  std::uint64_t hash = 14695981039346656037u;
  const auto take = [&](const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 1099511628211u;
  };
  take(progress.data(), progress.size());
  for (const NamedTensor& each : tensors)
    take(each.tensor.data.data(), each.tensor.data.size() * sizeof(float));
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
  Json object = Json::object();
  template <class T>
  void operator()(const char* name, const T& value) {
    object[name] = value;
  }
};

struct Reader {
  const Json& object;
  bool good = true;

  const Json* find(const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (!object.is_object() || found == object.end()) good = false;
    return good ? &*found : nullptr;
  }
  void operator()(const char* name, double& value) {
    const Json* given = find(name);
    if (given && given->is_null())
      value = NAN;  // JSON has no other way to say it
    else if (given && given->is_number())
      value = given->get<double>();
    else
      good = false;
  }
  void operator()(const char* name, std::uint64_t& value) {
    const Json* given = find(name);
    if (given && given->is_number_unsigned())
      value = given->get<std::uint64_t>();
    else
      good = false;
  }
  void operator()(const char* name, int& value) {
    std::uint64_t whole = 0;
    (*this)(name, whole);
    good = good && whole <= 1'000'000'000;
    if (good) value = static_cast<int>(whole);
  }
};

template <class Metrics>
Json metrics_json(const Metrics& metrics) {
  Writer writer;
  visit_metrics(writer, metrics);
  return std::move(writer.object);
}

bool read_metrics(const Json& json, EpochMetrics& metrics) {
  Reader reader{json};
  visit_metrics(reader, metrics);
  return reader.good;
}

std::string progress_json(const Progress& p) {
  Writer writer;
  visit_counters(writer, p);
  writer.object["dataset"] = p.dataset;
  writer.object["current"] = metrics_json(p.current);
  writer.object["history"] = Json::array();
  for (const EpochMetrics& each : p.history) writer.object["history"].push_back(metrics_json(each));
  return writer.object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// False when a member is missing or is not what it should be.
bool read_progress(const std::string& text, Progress& p) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  Reader reader{json};
  visit_counters(reader, p);
  const Json* dataset = reader.find("dataset");
  const Json* current = reader.find("current");
  const Json* history = reader.find("history");
  if (!reader.good || !dataset->is_string() || !history->is_array()) return false;
  p.dataset = dataset->get<std::string>();
  if (!read_metrics(*current, p.current)) return false;
  for (const Json& each : *history) {
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
