// Stepper: the next training batch of a trainer step by step, forth and back, in the very plan that
// trains. A batch that was stepped, rewound and finished leaves the same bits as one that was not.
//
// Going back restores what the batch had changed when it began (running statistics, and after the
// update has begun parameters and the optimiser's memory) and runs forth again from the start.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "train/trainer.hpp"

namespace convolab::probe {

class Stepper {
 public:
  explicit Stepper(Trainer& trainer) : trainer_(&trainer) {}

  // Makes the next training batch ready, before its first step. A result instead is what the
  // trainer did or said: a validation batch that came first, no data, all epochs done.
  Expected<std::optional<StepResult>> begin();

  // False too when somebody has changed the trainer since the batch began.
  bool at_work() const;
  int next() const { return next_; }                       // the step that comes next
  int end() const;                                         // of the plan
  const Executor& executor() const { return *executor_; }  // of the batch at work
  int update_begin() const;
  float rate() const;  // of the batch at work or the next one
  // Settings may have changed: those of this batch do, as long as its update has not begun.
  void refresh();

  // What has to be done before the next steps up to `step`: run_to does it by itself, but whoever
  // takes times does it first. Errors: as run_to's.
  Status prepare(int step);
  // Runs up to before `step`, forth or back. Errors: the loss is not finite; the batch then stays
  // before its gradients.
  Status run_to(int step);
  // Finishes the batch as Trainer::step does.
  Expected<StepResult> finish();
  void rewind();
  void leave();  // rewinds, and lets go of the batch: it is the trainer's next

  // Remembers the parameters before the update even if the batch is finished straight away.
  void keep_parameters() { keep_ = true; }
  // Nobody will go back from this batch's update: what that takes is not saved.
  void go_straight() { straight_ = true; }
  // A parameter as it was when the batch began; empty when nobody asked to keep it.
  std::span<const float> kept(int parameter) const;

  // The executor of the batch at work, else of the last one finished, else the usual one.
  Expected<Executor*> shown();
  Expected<Executor*> usual();  // of most batches: an epoch's last one may be smaller
  // The pictures of the batch at work or of the last one, as numbers in the split; none when it was
  // left or its buffers are gone.
  std::span<const int> pictures() const;

 private:
  int loss_end() const;
  void run(int step);
  void save(bool trainable);  // the parameters that are, or those that are not
  void save_all();            // trainable ones, and the optimiser's memory
  Status check_loss();

  Trainer* trainer_;
  Executor* executor_ = nullptr;  // while a batch is at work
  RunSettings settings_;
  int next_ = 0;
  bool keep_ = false, straight_ = false;  // somebody wants to look at them afterwards
  bool kept_ = false, saved_ = false;     // trainable parameters are; and the optimiser's memory
  std::uint64_t plans_ = 0, edits_ = 0;
  std::vector<int> pictures_;
  std::vector<std::vector<float>> values_;               // of every parameter, at the batch's begin
  std::vector<std::vector<std::vector<float>>> memory_;  // of every slot
};

}  // namespace convolab::probe
