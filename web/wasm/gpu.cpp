#include "gpu.hpp"

#include <emscripten/bind.h>

#include <map>
#include <utility>

#include "core/json.hpp"

namespace convolab {
namespace {

using emscripten::val;

// Who waits for an answer of read(), by ticket.
std::map<int, gpu::ReadCallback>& waiting() {
  static std::map<int, gpu::ReadCallback> callbacks;
  return callbacks;
}

// Called by JavaScript, as the function that read() hands it, with a ticket bound to it.
void gpu_answer(int ticket, const std::string& error, const val& data) {
  const auto at = waiting().find(ticket);
  if (at == waiting().end()) return;
  const gpu::ReadCallback done = std::move(at->second);
  waiting().erase(at);
  if (!error.empty()) return done(fail(ErrorCode::unsupported, "webgpu", error));
  const auto values = emscripten::convertJSArrayToNumberVector<float>(data);
  done(std::span<const float>(values));
}

std::string json_of(std::span<const gpu::Dispatch> dispatches) {
  JsonWriter out;
  out.begin_array();
  for (const gpu::Dispatch& each : dispatches) {
    out.begin_object().member("shader", each.shader).member("entryPoint", each.entry_point);
    out.key("constants").begin_object();
    for (const auto& [name, value] : each.constants) out.member(name, value);
    out.end_object();
    out.key("bindings").begin_array();
    for (const gpu::Binding& binding : each.bindings)
      out.value(std::vector{static_cast<std::int64_t>(binding.buffer), binding.elements});
    out.end_array();
    out.member("groups", std::vector{each.x, each.y, each.z}).end_object();
  }
  return out.end_array().text();
}

class JavaScriptDevice final : public gpu::Device {
 public:
  explicit JavaScriptDevice(val device) : device_(std::move(device)) {
    const val limits = device_["limits"];
    limits_.buffer_bytes = static_cast<std::int64_t>(limits["bufferBytes"].as<double>());
    limits_.workgroups = limits["workgroups"].as<std::uint32_t>();
    limits_.storage_buffers = limits["storageBuffers"].as<std::uint32_t>();
    limits_.software = limits["software"].as<bool>();
    limits_.subgroup = limits["subgroup"].as<std::uint32_t>();
  }

  std::string name() const override { return device_["name"].as<std::string>(); }
  gpu::Limits limits() const override { return limits_; }

  Expected<gpu::BufferHandle> create(std::int64_t elements) override {
    if (elements * 4 > limits_.buffer_bytes)
      return fail(ErrorCode::out_of_memory, "webgpu",
                  "a buffer of " + std::to_string(elements * 4 >> 20) +
                      " MiB is more than this GPU allows (" +
                      std::to_string(limits_.buffer_bytes >> 20) +
                      " MiB); use a smaller batch, smaller pictures or fewer channels");
    return device_.call<gpu::BufferHandle>("create", static_cast<double>(elements));
  }
  void destroy(gpu::BufferHandle buffer) override { device_.call<void>("destroy", buffer); }
  void write(gpu::BufferHandle buffer, std::span<const float> data) override {
    device_.call<void>("write", buffer,
                       val(emscripten::typed_memory_view(data.size(), data.data())));
  }

  gpu::RecordingHandle record(std::span<const gpu::Dispatch> dispatches) override {
    return device_.call<gpu::RecordingHandle>("record", json_of(dispatches));
  }
  void forget(gpu::RecordingHandle recording) override { device_.call<void>("forget", recording); }
  void run(gpu::RecordingHandle recording, const gpu::RunValues& values) override {
    val run = val::object();
    run.set("learningRate", values.learning_rate);
    run.set("rate", values.adam_rate);
    run.set("root", values.adam_root);
    run.set("shrink", values.adam_shrink);
    run.set("step", static_cast<double>(values.step));
    run.set("seedLow", static_cast<std::uint32_t>(values.seed));
    run.set("seedHigh", static_cast<std::uint32_t>(values.seed >> 32));
    device_.call<void>("run", recording, run);
  }

  void read(std::span<const gpu::BufferHandle> buffers, gpu::ReadCallback done) override {
    const int ticket = next_ticket();
    waiting().emplace(ticket, std::move(done));
    val handles = val::array();
    for (const gpu::BufferHandle each : buffers) handles.call<void>("push", each);
    const val answer = val::module_property("gpuAnswer").call<val>("bind", val::null(), ticket);
    device_.call<void>("read", handles, answer);
  }

 private:
  static int next_ticket() {
    static int last = 0;
    return ++last;
  }

  val device_;
  gpu::Limits limits_;
};

}  // namespace

std::unique_ptr<gpu::Device> gpu_device(val device) {
  return std::make_unique<JavaScriptDevice>(std::move(device));
}

EMSCRIPTEN_BINDINGS(convolab_gpu) { emscripten::function("gpuAnswer", &gpu_answer); }

}  // namespace convolab
