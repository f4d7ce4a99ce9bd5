// The functions and classes of the page's module.
//
// Small things cross as JSON texts, numbers in bulk as typed arrays that are copied once; nothing
// is ever thrown. The TypeScript side of this file is web/src/engine/module.ts.
#include <emscripten/bind.h>

#include <algorithm>
#include <string>

#include "answers.hpp"
#include "data/idx.hpp"
#include "data/picture.hpp"
#include "explain/calculate.hpp"
#include "layers/catalogue.hpp"
#include "model/zoo.hpp"
#include "session.hpp"

namespace convolab {
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
