// Session: one dataset and at most one network in training on it, as the page's worker calls it.
#pragma once

#include <emscripten/val.h>

#include <memory>
#include <string>

#include "core/parallel.hpp"
#include "train/benchmark.hpp"
#include "train/trainer.hpp"

namespace convolab {

// Has to come before a network is opened. Without threads in the build there is only the caller.
void use_threads(int threads);
ThreadPool& thread_pool();

// Who stands between a session and its trainer while the inspector is open (see probe_access.cpp);
// the modules that a visitor waits for have none.
class Attendant {
 public:
  virtual ~Attendant() = default;
  virtual Expected<StepResult> advance(int ahead) = 0;  // in Trainer::step's place
  virtual void leave() = 0;  // before somebody changes the run: a batch at work has not begun
  // While somebody writes the run down it is as it was before the batch at work; then on to where
  // rest() said it was.
  virtual int rest() = 0;
  virtual void resume(int position) = 0;
  // Puts into new settings what the page knows nothing of.
  virtual void complete(TrainConfig& config) = 0;
};

class Session {
 public:
  using val = emscripten::val;

  // A built-in dataset, announced by its manifest; its parts follow with add_part().
  std::string announce_dataset(const std::string& manifest);

  // `images`, `labels`: IDX files, unpacked.
  std::string add_part(const std::string& split, int part, const val& images, const val& labels);

  // A user's pictures: {"name", "shape", "classes", "validation_share", "seed"}.
  std::string own_dataset(const std::string& description, const val& pixels, const val& labels);

  // The network before stays when the new one is refused.
  std::string open_network(const std::string& spec, const std::string& config);

  std::string configure(const std::string& config);

  // `seed`: a whole number, as a double holds it.
  void restart(double seed);

  // `ahead`: how many batches may be on their way on a GPU; with 0 none is begun.
  std::string step(int ahead);

  // Trainer::pull: what follows in `done` sees the run as it is on the GPU.
  void pull(const val& done, bool hold);
  bool on_gpu() const { return trainer_ && trainer_->on_gpu(); }
  // Goes on on the CPU from what was last fetched: {"step"}, where that is.
  std::string leave_gpu();

  // A second run of the network that is open, from fresh weights and with another backend, to see
  // how long its steps take.
  std::string start_trial(const std::string& backend);
  std::string step_trial(int ahead);
  void end_trial() { trial_.reset(); }

  // {"loss", "accuracy", "classes", "confusion"} of the whole validation split, and for each of its
  // pictures the answer and the answer's probability: "predictions", "confidences".
  std::string evaluate();

  // A picture of the dataset: {"label"} and its bytes; {"label": -1} before it has arrived.
  val picture(const std::string& split, int index);

  // What the network makes of a picture. `names`: a JSON list of the parameters to bring along.
  val snapshot(const val& picture, const std::string& names);

  // What one element of a layer's output is made of, for a picture: explain/unit.hpp.
  std::string explain_unit(const val& picture, int layer, int element);

  // {"element"}: the unit whose window is centred nearest on a place of what the layer reads, or
  // null when it slides no window.
  std::string unit_over(int layer, int channel, int source);

  // The whole run as a file: {} and its bytes.
  val save_checkpoint();

  // Goes on from such a file: {"step", "epoch", "seed", "history"}.
  std::string restore_checkpoint(const val& bytes);

  // Begins to measure the steps of the plan that trains the network, with fused steps or without;
  // what trains stays as it is.
  std::string start_profile(bool fuse);

  // Measures for about so many milliseconds: {"rounds"} that are done.
  std::string measure_profile(double ms);

  // {"batch", "ceiling", "steps"}, of a profile with at least one round; nothing is kept.
  std::string take_profile();
  void end_profile();

  // {"before": the value that it had}
  std::string set_parameter(const std::string& name, int element, float value);

  Trainer* trainer() { return trainer_.get(); }
  Attendant* attendant() { return attendant_.get(); }
  // Nobody, or somebody for the network that is open; the next one that is opened has nobody.
  void attend(std::unique_ptr<Attendant> attendant) { attendant_ = std::move(attendant); }

 private:
  void disturb() {
    if (attendant_) attendant_->leave();
  }

  std::shared_ptr<Dataset> dataset_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Attendant> attendant_;      // of this trainer
  std::unique_ptr<Trainer> trial_;            // while one is made
  std::unique_ptr<TrainingProfile> profile_;  // of the trainer's network, while it is measured
};

}  // namespace convolab
