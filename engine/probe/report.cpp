#include "probe/report.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

#include "core/json.hpp"
#include "io/safetensors.hpp"

namespace convolab::probe {
namespace {

// One list of fields serves writing and reading: `visit(archive, thing)` names each.

template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, LayerRow>
void visit(A& a, T& t) {
  a("name", t.name)("type", t.type)("inputs", t.inputs)("output", t.output);
  a("attributes", t.attributes)("parameters", t.parameters)("multiply_adds", t.multiply_adds);
  a("tensors", t.tensors)("frozen", t.frozen);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Argument>
void visit(A& a, T& t) { a("name", t.name)("value", t.value); }
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, StepRow>
void visit(A& a, T& t) {
  a("title", t.title)("layer", t.layer)("fused", t.fused)("phase", t.phase)("args", t.args);
  a("reads", t.reads)("writes", t.writes)("work", t.work);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, BufferRow>
void visit(A& a, T& t) {
  a("name", t.name)("role", t.role)("layer", t.layer)("shape", t.shape)("elements", t.elements);
  a("offset", t.offset)("first", t.first)("last", t.last)("kept", t.kept);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Network>
void visit(A& a, T& t) {
  a("name", t.name)("dataset", t.dataset)("backend", t.backend)("input", t.input);
  a("classes", t.classes)("layers", t.layers)("steps", t.steps)("buffers", t.buffers);
  a("arena", t.arena)("parameters", t.parameters)("batch", t.batch)("threads", t.threads);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Run>
void visit(A& a, T& t) {
  a("state", t.state)("step", t.step)("epoch", t.epoch)("epochs", t.epochs);
  a("steps_per_epoch", t.steps_per_epoch)("seed", t.seed)("loss", t.loss)("accuracy", t.accuracy);
  a("rate", t.rate)("base_rate", t.base_rate)("pictures_per_second", t.pictures_per_second);
  a("fuse", t.fuse)("error", t.error)("in_batch", t.in_batch)("next", t.next)("held", t.held);
  a("held_buffer", t.held_buffer);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Point>
void visit(A& a, T& t) {
  a("step", t.step)("loss", t.loss)("accuracy", t.accuracy)("rate", t.rate);
  a("gradient", t.gradient)("update", t.update)("dead", t.dead);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Statistics>
void visit(A& a, T& t) {
  a("elements", t.elements)("zeros", t.zeros)("not_finite", t.not_finite)("low", t.low);
  a("high", t.high)("mean", t.mean)("norm", t.norm)("histogram", t.histogram);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Look>
void visit(A& a, T& t) {
  a("buffer", t.buffer)("step", t.step)("at", t.at)("shape", t.shape);
  a("statistics", t.statistics)("values", t.values);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Times::Span>
void visit(A& a, T& t) { a("thread", t.thread)("step", t.step)("begin", t.begin)("end", t.end); }
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Times>
void visit(A& a, T& t) { a("seconds", t.seconds)("ceiling", t.ceiling)("spans", t.spans); }
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, BatchLook>
void visit(A& a, T& t) {
  a("step", t.step)("shape", t.shape)("indices", t.indices)("labels", t.labels);
  a("answers", t.answers)("confidences", t.confidences)("losses", t.losses)("values", t.values);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Frame::Tensor>
void visit(A& a, T& t) { a("name", t.name)("shape", t.shape)("values", t.values); }
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Frame>
void visit(A& a, T& t) { a("step", t.step)("loss", t.loss)("tensors", t.tensors); }
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Report>
void visit(A& a, T& t) {
  a("number", t.number)("network", t.network)("run", t.run)("points", t.points);
  a("looks", t.looks)("times", t.times)("batch", t.batch)("shown", t.shown)("frames", t.frames);
  a("message", t.message);
}
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Breakpoint>
void visit(A& a, T& t) { a("kind", t.kind)("name", t.name)("step", t.step)("on", t.on); }
template <class A, class T>
requires std::is_same_v<std::remove_const_t<T>, Command>
void visit(A& a, T& t) {
  a("kind", t.kind)("name", t.name)("names", t.names)("count", t.count)("value", t.value);
  a("on", t.on)("breakpoints", t.breakpoints);
}

constexpr int last_of(State) { return static_cast<int>(State::stopped); }
constexpr int last_of(Breakpoint::Kind) { return static_cast<int>(Breakpoint::Kind::not_finite); }
constexpr int last_of(Command::Kind) { return static_cast<int>(Command::Kind::again); }

// Writes a thing as JSON; its floats in bulk go into `tensors`, and a number says which it is.
class Writer {
 public:
  template <class T>
  Writer& operator()(const char* name, const T& of) {
    out.key(name);
    put(of);
    return *this;
  }
  template <class T>
  void whole(const T& thing) {
    out.begin_object();
    visit(*this, thing);
    out.end_object();
  }

  JsonWriter out;
  std::vector<NamedTensor> tensors;

 private:
  void put(const std::string& text) { out.value(text); }
  void put(const std::vector<float>& values) {
    out.value(static_cast<int>(tensors.size()));
    tensors.push_back(
        {std::to_string(tensors.size()), Tensor(Shape{static_cast<int>(values.size())}, values)});
  }
  template <class T>
  void put(const std::vector<T>& list) {
    out.begin_array();
    for (const T& each : list) put(each);
    out.end_array();
  }
  template <class T>
  void put(const std::optional<T>& maybe) {
    if (maybe)
      whole(*maybe);
    else
      out.null();
  }
  template <class T>
  void put(const T& of) {
    if constexpr (std::is_enum_v<T>)
      out.value(static_cast<int>(of));
    else if constexpr (std::is_same_v<T, float>)
      out.brief(of);
    else if constexpr (std::is_arithmetic_v<T>)
      out.value(of);
    else
      whole(of);
  }
};

// Reads what Writer wrote; what is missing keeps its default.
class Reader {
 public:
  Reader(const JsonValue& json, std::vector<NamedTensor>* tensors)
      : json_(&json), tensors_(tensors) {}
  template <class T>
  Reader& operator()(const char* name, T& into) {
    if (const JsonValue* found = json_->find(name)) get(*found, into);
    return *this;
  }

 private:
  void get(const JsonValue& json, std::string& into) { into = json.text(); }
  void get(const JsonValue& json, std::vector<float>& into) {
    const auto number = static_cast<std::size_t>(json.natural());
    if (tensors_ && number < tensors_->size()) into = std::move((*tensors_)[number].tensor.data);
  }
  template <class T>
  void get(const JsonValue& json, std::vector<T>& into) {
    into.resize(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) get(json[i], into[i]);
  }
  template <class T>
  void get(const JsonValue& json, std::optional<T>& into) {
    if (json.is_object()) get(json, into.emplace());
  }
  template <class T>
  void get(const JsonValue& json, T& into) {
    if constexpr (std::is_enum_v<T>) {
      if (json.is_whole_from(0, last_of(T{}))) into = static_cast<T>(json.integer());
    } else if constexpr (std::is_same_v<T, bool>) {
      into = json.flag();
    } else if constexpr (std::is_floating_point_v<T>) {
      into = static_cast<T>(json.is_number() ? json.number()
                                             : std::numeric_limits<double>::quiet_NaN());
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      into = json.natural();
    } else if constexpr (std::is_integral_v<T>) {
      into = static_cast<T>(json.number());
    } else {
      Reader inner(json, tensors_);
      visit(inner, into);
    }
  }

  const JsonValue* json_;
  std::vector<NamedTensor>* tensors_;
};

}  // namespace

std::int64_t Frame::size() const {
  std::int64_t bytes = 64;
  for (const Tensor& t : tensors) bytes += 96 + 4 * static_cast<std::int64_t>(t.values.size());
  return bytes;
}

std::string to_json(const Command& command) {
  Writer writer;
  writer.whole(command);
  return writer.out.text();
}

Expected<Command> command_from_json(std::string_view json) {
  const auto value = JsonValue::parse(json);
  if (!value || !value->at("kind").is_whole_from(0, last_of(Command::Kind{})))
    return fail(ErrorCode::invalid_argument, "inspector", "this is no command");
  Command command;
  Reader reader(*value, nullptr);
  visit(reader, command);
  return command;
}

std::vector<std::uint8_t> to_bytes(const Report& report) {
  Writer writer;
  writer.whole(report);
  return write_safetensors(writer.tensors, {{"report", writer.out.text()}});
}

Expected<Report> report_from_bytes(std::span<const std::uint8_t> bytes) {
  Metadata metadata;
  auto tensors = read_safetensors(bytes, "report", &metadata);
  if (!tensors) return tl::unexpected(tensors.error());
  const auto json = JsonValue::parse(metadata["report"]);
  if (!json) return fail(ErrorCode::bad_file, "report", "it does not say what it is");
  Report report;
  Reader reader(*json, &*tensors);
  visit(reader, report);
  return report;
}

}  // namespace convolab::probe
