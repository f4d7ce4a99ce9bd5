#include "session.hpp"

#include <algorithm>
#include <cmath>

#include "answers.hpp"
#include "data/idx.hpp"
#include "gpu_access.hpp"

namespace convolab {
namespace {

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

// The one pool of all sessions. It is never taken down: its threads end with the worker, which may
// be before they have started.
ThreadPool* pool = new ThreadPool(1);

}  // namespace

void use_threads(int threads) { pool = new ThreadPool(threads); }
ThreadPool& thread_pool() { return *pool; }

std::string Session::announce_dataset(const std::string& manifest) {
  auto parsed = parse_manifest(manifest);
  if (!parsed) return answer(parsed.error());
  dataset_ = std::make_shared<Dataset>(announce(*parsed));
  return describe(*dataset_);
}

std::string Session::add_part(const std::string& split, int part, const val& images,
                              const val& labels) {
  const std::string where = dataset_->name + ", " + split + " part " + std::to_string(part + 1);
  const auto pictures = parse_idx_images(BytesOf(images), where);
  if (!pictures) return answer(pictures.error());
  const auto numbers = parse_idx_labels(BytesOf(labels), where);
  if (!numbers) return answer(numbers.error());
  return answer(dataset_->split(split_of(split)).add_part(part, pictures->pixels, *numbers));
}

std::string Session::own_dataset(const std::string& description, const val& pixels,
                                 const val& labels) {
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

std::string Session::open_network(const std::string& spec, const std::string& config) {
  auto graph = graph_from_json(spec);
  if (!graph) return answer(graph.error());
  auto settings = parse_train_config(config);
  if (!settings) return answer(settings.error());
  auto made =
      Trainer::create(std::move(*graph), std::move(*settings), dataset_, *pool, gpu_in_use());
  if (!made) return answer(made.error());
  end_profile();
  end_trial();
  attendant_.reset();
  trainer_ = std::move(*made);
  return "{" + describe(trainer_->graph()) + R"(,"steps_per_epoch":)" +
         std::to_string(trainer_->steps_per_epoch()) + "}";
}

std::string Session::configure(const std::string& config) {
  auto settings = parse_train_config(config);
  if (!settings) return answer(settings.error());
  disturb();
  if (attendant_) attendant_->complete(*settings);
  trainer_->use_gpu(gpu_in_use());
  return answer(trainer_->configure(*settings));
}

void Session::restart(double seed) {
  disturb();
  trainer_->restart(static_cast<std::uint64_t>(seed));
}

std::string Session::step(int ahead) {
  return answer(attendant_ ? attendant_->advance(ahead) : trainer_->step(ahead));
}

void Session::pull(const val& done, bool hold) {
  trainer_->pull([done] { done(); }, hold);
}

std::string Session::leave_gpu() {
  trainer_->leave_gpu();
  return number("step", trainer_->steps_done());
}

std::string Session::start_trial(const std::string& backend) {
  TrainConfig config = trainer_->config();
  config.backend = backend;
  auto graph = graph_from_json(spec_to_json(trainer_->graph().spec()));
  if (!graph) return answer(graph.error());
  auto made = Trainer::create(std::move(*graph), config, dataset_, *pool, gpu_in_use());
  if (!made) return answer(made.error());
  trial_ = std::move(*made);
  return "{}";
}

std::string Session::step_trial(int ahead) { return answer(trial_->step(ahead)); }

std::string Session::evaluate() {
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

val Session::picture(const std::string& split, int index) {
  const ImageSet& images = dataset_->split(split_of(split));
  if (index < 0 || index >= images.size() || !images.has_image(index))
    return with_data(number("label", -1), array_of(Bytes()));
  const auto bytes = images.image(index);
  return with_data(number("label", images.label(index)),
                   array_of(Bytes(bytes.begin(), bytes.end())));
}

val Session::snapshot(const val& picture, const std::string& names) {
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

std::string Session::explain_unit(const val& picture, int layer, int element) {
  const auto why = trainer_->explain(BytesOf(picture), layer, element);
  return why ? unit_json(trainer_->graph(), *why) : answer(why.error());
}

std::string Session::unit_over(int layer, int channel, int source) {
  const auto found = trainer_->unit_over(layer, channel, source);
  if (!found) return answer(found.error());
  return *found ? number("element", **found) : R"({"element":null})";
}

val Session::save_checkpoint() {
  const int position = attendant_ ? attendant_->rest() : 0;
  val file = array_of(trainer_->checkpoint());
  if (attendant_) attendant_->resume(position);
  return with_data("{}", std::move(file));
}

std::string Session::restore_checkpoint(const val& bytes) {
  disturb();
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

std::string Session::start_profile(bool fuse) {
  BenchmarkOptions options;
  options.config = trainer_->config();
  options.config.fuse = fuse;
  if (trainer_->on_gpu()) options.config.backend = "simd";  // it is the CPU that is measured
  auto made = TrainingProfile::create(trainer_->graph(), options, *pool);
  if (!made) return answer(made.error());
  profile_ = std::make_unique<TrainingProfile>(std::move(*made));
  return "{}";
}

std::string Session::measure_profile(double ms) {
  profile_->measure(ms / 1000);
  return number("rounds", profile_->rounds());
}

std::string Session::take_profile() {
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

void Session::end_profile() { profile_.reset(); }

std::string Session::set_parameter(const std::string& name, int element, float value) {
  disturb();
  const auto before = trainer_->set_parameter(name, element, value);
  return before ? number("before", *before) : answer(before.error());
}

}  // namespace convolab
