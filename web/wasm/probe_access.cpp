// What the inspector looks through, in the modules that are loaded when it is opened.
#include <emscripten/bind.h>

#include "answers.hpp"
#include "probe/probe.hpp"
#include "session.hpp"

namespace convolab {
namespace {

class SessionProbe final : public Attendant {
 public:
  explicit SessionProbe(Trainer& trainer) : trainer_(&trainer), probe_(trainer, thread_pool()) {}

  Expected<StepResult> advance(int ahead) override { return probe_.advance(ahead); }
  void leave() override { probe_.leave(); }
  int rest() override { return probe_.rest(); }
  void resume(int position) override { probe_.resume(position); }
  void complete(TrainConfig& config) override {
    config.fuse = trainer_->config().fuse;
    config.frozen = trainer_->config().frozen;
  }
  probe::Probe& probe() { return probe_; }

 private:
  Trainer* trainer_;
  probe::Probe probe_;
};

probe::Probe& probe_of(Session& session) {
  return static_cast<SessionProbe*>(session.attendant())->probe();  // there is no other kind
}

void attend(Session& session, bool on) {
  session.attend(on ? std::make_unique<SessionProbe>(*session.trainer()) : nullptr);
}

void command(Session& session, const std::string& json) {
  if (!session.attendant()) return;
  if (const auto command = probe::command_from_json(json)) probe_of(session).handle(*command);
}

// The bytes of a report when there is something new, or null.
val report(Session& session, int state) {
  if (!session.attendant()) return val::null();
  probe::Probe& probe = probe_of(session);
  probe.set_state(static_cast<probe::State>(state));
  if (!probe.changed()) return val::null();
  return array_of(probe::to_bytes(probe.report()));
}

}  // namespace

EMSCRIPTEN_BINDINGS(convolab_probe) {
  emscripten::function("attend", &attend);
  emscripten::function("probeCommand", &command);
  emscripten::function("probeReport", &report);
}

}  // namespace convolab
