// What the page's worker calls: the only file that knows Embind.
//
// Small things cross as JSON texts, numbers in bulk as typed arrays that are copied once. An error
// is a value like any other: {"error": {"code", "where", "message"}}; nothing is ever thrown. The
// TypeScript side of this file is web/src/engine/module.ts.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "data/idx.hpp"
#include "data/picture.hpp"
#include "explain/calculate.hpp"
#include "gpu_access.hpp"
#include "layers/catalogue.hpp"
#include "model/zoo.hpp"
#include "train/benchmark.hpp"
#include "train/trainer.hpp"

namespace convolab {
namespace {

using emscripten::val;
using Bytes = std::vector<std::uint8_t>;

const char* code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::invalid_spec: return "invalid_spec";
    case ErrorCode::shape_mismatch: return "shape_mismatch";
    case ErrorCode::bad_file: return "bad_file";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::out_of_memory: return "out_of_memory";
    case ErrorCode::not_finite: return "not_finite";
  }
  return "unknown";
}

std::string answer(const Error& error) {
  return JsonWriter()
      .begin_object()
      .key("error")
      .begin_object()
      .member("code", code_name(error.code))
      .member("where", error.where)
      .member("message", error.message)
      .end_object()
      .end_object()
      .text();
}
std::string answer(const Status& status) { return status ? "{}" : answer(status.error()); }
std::string answer(const Expected<std::string>& json) {
  return json ? *json : answer(json.error());
}

// A copy of an array of JavaScript's. (A vector would first set byte after byte to 0.)
class BytesOf {
 public:
  explicit BytesOf(const val& array)
      : size_(array["length"].as<std::size_t>()), bytes_(new std::uint8_t[size_]) {
    val(emscripten::typed_memory_view(size_, bytes_.get())).call<void>("set", array);
  }
  operator std::span<const std::uint8_t>() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

// A copy that JavaScript owns, in a buffer of its own, so that the worker can hand it on.
template <class T>
val array_of(const std::vector<T>& values) {
  return val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice");
}

val with_data(const std::string& json, val data) {
  val out = val::object();
  out.set("json", json);
  out.set("data", std::move(data));
  return out;
}

// What the page wrote itself.
JsonValue parsed(const std::string& json) { return JsonValue::parse(json).value_or(JsonValue()); }

Shape shape_of(const JsonValue& list) {
  std::vector<int> sizes;
  for (const JsonValue& size : list) sizes.push_back(size.integer());
  return Shape(std::move(sizes));
}

Split split_of(const std::string& name) {
  return name == "train" ? Split::train : Split::validation;
}

std::string describe(const Dataset& dataset) {
  JsonWriter out;
  out.begin_object()
      .member("name", dataset.name)
      .member("classes", dataset.classes)
      .member("shape", dataset.shape().sizes())
      .member("train", dataset.train.size())
      .member("validation", dataset.validation.size())
      .key("parts")
      .begin_object();
  for (const auto* split : {"train", "validation"}) {
    const ImageSet& images = dataset.split(split_of(split));
    out.key(split).begin_array();
    for (int p = 0; p < images.parts(); ++p)
      out.value(images.part_begin(p + 1) - images.part_begin(p));
    out.end_array();
  }
  return out.end_object().end_object().text();
}

void write(JsonWriter& out, const EpochMetrics& m) {
  out.begin_object()
      .member("epoch", m.epoch)
      .member("step", m.step)
      .member("loss", m.loss)
      .member("accuracy", m.accuracy)
      .member("val_loss", m.val_loss)
      .member("val_accuracy", m.val_accuracy)
      .end_object();
}

std::string answer(const Expected<StepResult>& done) {
  if (!done) return answer(done.error());
  static constexpr const char* kinds[] = {"trained", "validated", "waiting", "finished",
                                          "pending", "idle",      "held"};
  JsonWriter out;
  out.begin_object()
      .member("kind", kinds[static_cast<int>(done->kind)])
      .member("step", done->step)
      .member("epoch", done->epoch)
      .member("samples", done->samples)
      .member("loss", done->loss)
      .member("accuracy", done->accuracy)
      .member("learning_rate", done->learning_rate);
  if (done->epoch_done) write(out.key("epoch_done"), *done->epoch_done);
  return out.end_object().text();
}

// {"name": number}
template <class T>
std::string number(const char* name, T value) {
  return JsonWriter().begin_object().member(name, value).end_object().text();
}

// What a checked network is, as members of a JSON object.
std::string describe(const Graph& graph) {
  return R"("spec":)" + spec_to_json(graph.spec()) + R"(,"summary":)" + summary_json(graph) +
         R"(,"parameters":)" + parameters_json(graph);
}

// For the page: 0.987 instead of 0.98654321813583374.
double rounded(float share) { return std::round(static_cast<double>(share) * 1000.0) / 1000.0; }

// Packs the tensors of a snapshot into one array, and says where each lies.
class Packer {
 public:
  void add(JsonWriter& out, const std::string& name, const Tensor& tensor) {
    float low = 0.0f, high = 0.0f;
    if (!tensor.data.empty()) {
      const auto [a, b] = std::minmax_element(tensor.data.begin(), tensor.data.end());
      low = *a;
      high = *b;
    }
    out.begin_object()
        .member("name", name)
        .member("shape", tensor.shape.sizes())
        .member("offset", data_.size())
        .member("low", low)
        .member("high", high)
        .end_object();
    data_.insert(data_.end(), tensor.data.begin(), tensor.data.end());
  }
  void add(JsonWriter& out, const std::vector<NamedTensor>& tensors) {
    out.begin_array();
    for (const NamedTensor& t : tensors) add(out, t.name, t.tensor);
    out.end_array();
  }
  val data() const { return array_of(data_); }

 private:
  std::vector<float> data_;
};

}  // namespace

// The one pool of all sessions. It is never taken down: its threads end with the worker, which may
// be before they have started.
ThreadPool* pool = new ThreadPool(1);

// Has to come before a network is opened. Without threads in the build there is only the caller.
void use_threads(int threads) { pool = new ThreadPool(threads); }

// One dataset and at most one network in training on it.
class Session {
 public:
  // A built-in dataset, announced by its manifest; its parts follow with add_part().
  std::string announce_dataset(const std::string& manifest) {
    auto parsed = parse_manifest(manifest);
    if (!parsed) return answer(parsed.error());
    dataset_ = std::make_shared<Dataset>(announce(*parsed));
    return describe(*dataset_);
  }

  // `images`, `labels`: IDX files, unpacked.
  std::string add_part(const std::string& split, int part, const val& images, const val& labels) {
    const std::string where = dataset_->name + ", " + split + " part " + std::to_string(part + 1);
    const auto pictures = parse_idx_images(BytesOf(images), where);
    if (!pictures) return answer(pictures.error());
    const auto numbers = parse_idx_labels(BytesOf(labels), where);
    if (!numbers) return answer(numbers.error());
    return answer(dataset_->split(split_of(split)).add_part(part, pictures->pixels, *numbers));
  }

  // A user's pictures: {"name", "shape", "classes", "validation_share", "seed"}.
  std::string own_dataset(const std::string& description, const val& pixels, const val& labels) {
    const JsonValue d = parsed(description);
    std::vector<std::string> classes;
    for (const JsonValue& name : d.at("classes")) classes.push_back(name.text());
    auto made = split_dataset(d.at("name").text(), shape_of(d.at("shape")), std::move(classes),
                              BytesOf(pixels), BytesOf(labels), d.at("validation_share").number(),
                              d.at("seed").natural());
    if (!made) return answer(made.error());
    dataset_ = std::make_shared<Dataset>(std::move(*made));
    return describe(*dataset_);
  }

  // The network before stays when the new one is refused.
  std::string open_network(const std::string& spec, const std::string& config) {
    auto graph = graph_from_json(spec);
    if (!graph) return answer(graph.error());
    auto settings = parse_train_config(config);
    if (!settings) return answer(settings.error());
    auto made =
        Trainer::create(std::move(*graph), std::move(*settings), dataset_, *pool, gpu_in_use());
    if (!made) return answer(made.error());
    end_profile();
    end_trial();
    trainer_ = std::move(*made);
    return "{" + describe(trainer_->graph()) + R"(,"steps_per_epoch":)" +
           std::to_string(trainer_->steps_per_epoch()) + "}";
  }

  std::string configure(const std::string& config) {
    auto settings = parse_train_config(config);
    if (!settings) return answer(settings.error());
    trainer_->use_gpu(gpu_in_use());
    return answer(trainer_->configure(*settings));
  }

  // `seed`: a whole number, as a double holds it.
  void restart(double seed) { trainer_->restart(static_cast<std::uint64_t>(seed)); }

  // `ahead`: how many batches may be on their way on a GPU; with 0 none is begun.
  std::string step(int ahead) { return answer(trainer_->step(ahead)); }

  // Trainer::pull: what follows in `done` sees the run as it is on the GPU.
  void pull(const val& done, bool hold) {
    trainer_->pull([done] { done(); }, hold);
  }
  bool on_gpu() const { return trainer_ && trainer_->on_gpu(); }
  // Goes on on the CPU from what was last fetched: {"step"}, where that is.
  std::string leave_gpu() {
    trainer_->leave_gpu();
    return number("step", trainer_->steps_done());
  }

  // A second run of the network that is open, from fresh weights and with another backend, to see
  // how long its steps take.
  std::string start_trial(const std::string& backend) {
    TrainConfig config = trainer_->config();
    config.backend = backend;
    auto graph = graph_from_json(spec_to_json(trainer_->graph().spec()));
    if (!graph) return answer(graph.error());
    auto made = Trainer::create(std::move(*graph), config, dataset_, *pool, gpu_in_use());
    if (!made) return answer(made.error());
    trial_ = std::move(*made);
    return "{}";
  }
  std::string step_trial(int ahead) { return answer(trial_->step(ahead)); }
  void end_trial() { trial_.reset(); }

  // {"loss", "accuracy", "classes", "confusion"} of the whole validation split, and for each of its
  // pictures the answer and the answer's probability: "predictions", "confidences".
  std::string evaluate() {
    const auto found = trainer_->evaluate(Split::validation);
    if (!found) return answer(found.error());
    JsonWriter out;
    out.begin_object()
        .member("loss", found->loss)
        .member("accuracy", found->accuracy)
        .member("classes", found->classes)
        .member("confusion", found->confusion)
        .member("predictions", found->predictions)
        .key("confidences")
        .begin_array();
    for (const float share : found->confidences) out.value(rounded(share));
    return out.end_array().end_object().text();
  }

  // A picture of the dataset: {"label"} and its bytes; {"label": -1} before it has arrived.
  val picture(const std::string& split, int index) {
    const ImageSet& images = dataset_->split(split_of(split));
    if (index < 0 || index >= images.size() || !images.has_image(index))
      return with_data(number("label", -1), array_of(Bytes()));
    const auto bytes = images.image(index);
    return with_data(number("label", images.label(index)),
                     array_of(Bytes(bytes.begin(), bytes.end())));
  }

  // What the network makes of a picture. `names`: a JSON list of the parameters to bring along.
  val snapshot(const val& picture, const std::string& names) {
    const BytesOf bytes(picture);
    SnapshotRequest request;
    for (const JsonValue& name : parsed(names))
      if (name.is_text()) request.parameters.push_back(name.text());
    const auto taken = trainer_->snapshot(bytes, request);
    if (!taken) return with_data(answer(taken.error()), array_of(std::vector<float>()));
    Packer pack;
    JsonWriter out;
    out.begin_object().member("version", taken->version).member("step", taken->step);
    pack.add(out.key("picture"), "input", taken->picture);
    pack.add(out.key("activations"), taken->activations);
    pack.add(out.key("parameters"), taken->parameters);
    out.member("probabilities", taken->probabilities).end_object();
    return with_data(out.text(), pack.data());
  }

  // What one element of a layer's output is made of, for a picture: explain/unit.hpp.
  std::string explain_unit(const val& picture, int layer, int element) {
    const auto why = trainer_->explain(BytesOf(picture), layer, element);
    return why ? unit_json(trainer_->graph(), *why) : answer(why.error());
  }

  // {"element"}: the unit whose window is centred nearest on a place of what the layer reads, or
  // null when it slides no window.
  std::string unit_over(int layer, int channel, int source) {
    const auto found = trainer_->unit_over(layer, channel, source);
    if (!found) return answer(found.error());
    return *found ? number("element", **found) : R"({"element":null})";
  }

  // The whole run as a file: {} and its bytes.
  val save_checkpoint() { return with_data("{}", array_of(trainer_->checkpoint())); }

  // Goes on from such a file: {"step", "epoch", "seed", "history"}.
  std::string restore_checkpoint(const val& bytes) {
    const auto status = trainer_->restore(BytesOf(bytes));
    if (!status) return answer(status);
    JsonWriter out;
    out.begin_object()
        .member("step", trainer_->steps_done())
        .member("epoch", trainer_->epoch())
        .member("seed", trainer_->config().seed)
        .key("history")
        .begin_array();
    for (const EpochMetrics& each : trainer_->history()) write(out, each);
    return out.end_array().end_object().text();
  }

  // Begins to measure the steps of the plan that trains the network, with fused steps or without;
  // what trains stays as it is.
  std::string start_profile(bool fuse) {
    BenchmarkOptions options;
    options.config = trainer_->config();
    options.config.fuse = fuse;
    if (trainer_->on_gpu()) options.config.backend = "simd";  // it is the CPU that is measured
    auto made = TrainingProfile::create(trainer_->graph(), options, *pool);
    if (!made) return answer(made.error());
    profile_ = std::make_unique<TrainingProfile>(std::move(*made));
    return "{}";
  }

  // Measures for about so many milliseconds: {"rounds"} that are done.
  std::string measure_profile(double ms) {
    profile_->measure(ms / 1000);
    return number("rounds", profile_->rounds());
  }

  // {"batch", "ceiling", "steps"}, of a profile with at least one round; nothing is kept.
  std::string take_profile() {
    const TrainConfig& config = profile_->config();
    const double ceiling = measure_ceiling(**find_backend(config.backend), 0.05);
    JsonWriter out;
    out.begin_object().member("batch", config.batch_size);
    out.member("ceiling", ceiling * pool->threads()).key("steps").begin_array();
    for (const StepTime& step : profile_->times())
      out.begin_object()
          .member("kernel", step.kernel)
          .member("layer", step.layer)
          .member("phase", step.phase)
          .member("fused", step.fused)
          .member("writes", step.result)
          .member("seconds", step.seconds)
          .member("gflops", step.gflops)
          .end_object();
    end_profile();
    return out.end_array().end_object().text();
  }
  void end_profile() { profile_.reset(); }

  // {"before": the value that it had}
  std::string set_parameter(const std::string& name, int element, float value) {
    const auto before = trainer_->set_parameter(name, element, value);
    return before ? number("before", *before) : answer(before.error());
  }

 private:
  std::shared_ptr<Dataset> dataset_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Trainer> trial_;            // while one is made
  std::unique_ptr<TrainingProfile> profile_;  // of the trainer's network, while it is measured
};

namespace {

// [{"name", "title", "spec"}]
std::string list_zoo() {
  std::string list = "[";
  for (const ZooEntry& entry : zoo()) {
    list += list.size() > 1 ? "," : "";
    list += R"({"name":")" + std::string(entry.name) + R"(","title":")" + std::string(entry.title) +
            R"(","spec":)" + std::string(entry.spec) + "}";
  }
  return list + "]";
}

// {"spec", "summary", "parameters"} of a network that is only looked at.
std::string check_spec(const std::string& spec) {
  const auto graph = graph_from_json(spec);
  return graph ? "{" + describe(*graph) + "}" : answer(graph.error());
}

std::string calculate_job(const std::string& job) { return answer(calculate(job)); }

// What an unpacked IDX file holds: {"kind": "images", "count", "shape"} and its pixels, or
// {"kind": "labels", "count", "classes"} and the labels.
val read_idx(const val& file, const std::string& where) {
  const BytesOf copy(file);
  const std::span<const std::uint8_t> bytes = copy;
  const bool labels = bytes.size() >= 4 && bytes[2] == 8 && bytes[3] == 1;
  if (labels) {
    const auto found = parse_idx_labels(bytes, where);
    if (!found) return with_data(answer(found.error()), array_of(Bytes()));
    const int most = found->empty() ? -1 : *std::max_element(found->begin(), found->end());
    JsonWriter out;
    out.begin_object().member("kind", "labels").member("count", found->size());
    return with_data(out.member("classes", most + 1).end_object().text(), array_of(*found));
  }
  const auto found = parse_idx_images(bytes, where);
  if (!found) return with_data(answer(found.error()), array_of(Bytes()));
  JsonWriter out;
  out.begin_object().member("kind", "images").member("count", found->count);
  return with_data(out.member("shape", found->shape.sizes()).end_object().text(),
                   array_of(found->pixels));
}

// RGBA pixels as a picture of `shape`; `mode`: "fit" or "like_mnist".
val prepare(const val& rgba, int width, int height, const std::string& shape,
            const std::string& mode) {
  const BytesOf bytes(rgba);
  const auto made = prepare_picture({width, height, 4, bytes}, shape_of(parsed(shape)),
                                    mode == "fit" ? PictureMode::fit : PictureMode::like_mnist);
  if (!made) return with_data(answer(made.error()), array_of(Bytes()));
  return with_data("{}", array_of(*made));
}

// The training settings that an empty object stands for.
std::string default_config() { return train_config_to_json(TrainConfig()); }

}  // namespace
}  // namespace convolab

EMSCRIPTEN_BINDINGS(convolab) {
  using namespace convolab;
  emscripten::class_<Session>("Session")
      .constructor<>()
      .function("announceDataset", &Session::announce_dataset)
      .function("addPart", &Session::add_part)
      .function("ownDataset", &Session::own_dataset)
      .function("openNetwork", &Session::open_network)
      .function("configure", &Session::configure)
      .function("restart", &Session::restart)
      .function("step", &Session::step)
      .function("pull", &Session::pull)
      .function("onGpu", &Session::on_gpu)
      .function("leaveGpu", &Session::leave_gpu)
      .function("startTrial", &Session::start_trial)
      .function("stepTrial", &Session::step_trial)
      .function("endTrial", &Session::end_trial)
      .function("evaluate", &Session::evaluate)
      .function("picture", &Session::picture)
      .function("snapshot", &Session::snapshot)
      .function("explainUnit", &Session::explain_unit)
      .function("unitOver", &Session::unit_over)
      .function("setParameter", &Session::set_parameter)
      .function("startProfile", &Session::start_profile)
      .function("measureProfile", &Session::measure_profile)
      .function("takeProfile", &Session::take_profile)
      .function("endProfile", &Session::end_profile)
      .function("saveCheckpoint", &Session::save_checkpoint)
      .function("restoreCheckpoint", &Session::restore_checkpoint);
  emscripten::function("useThreads", &use_threads);
  emscripten::function("readIdx", &read_idx);
  emscripten::function("prepare", &prepare);
  emscripten::function("zoo", &list_zoo);
  emscripten::function("defaultConfig", &default_config);
  emscripten::function("checkSpec", &check_spec);
  emscripten::function("layerTypes", &layer_types_json);
  emscripten::function("calculate", &calculate_job);
}
