// Trainer: one network, one dataset, one seed. step() takes the next seeded batch, runs the plan
// and hands out figures; nothing else happens between calls, so pausing is not calling, and a run
// is the same however it is interrupted.
//
// An epoch is all training pictures in a seeded order (in the first epoch part by part, as they
// arrive), then all validation pictures. One call of step() is one batch of either.
//
// With the backend "webgpu" batches are begun on a GPU and their results come later, in order, with
// several on their way at a time. The weights stay there: what is here (state(), views, checkpoint)
// is as it was when they were last fetched, and whatever else of the run belongs to that moment is
// kept beside it. So the run can always go on from there on the CPU: when the device is lost, or
// when something here is changed, what was done since is done again.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/parallel.hpp"
#include "data/dataset.hpp"
#include "explain/unit.hpp"
#include "gpu/executor.hpp"
#include "io/weights.hpp"
#include "model/executor.hpp"
#include "train/checkpoint.hpp"
#include "train/config.hpp"
#include "train/snapshot.hpp"

namespace convolab {

namespace probe {
class Stepper;
}

struct StepResult {
  enum class Kind {
    trained,           // one training batch
    validated,         // one validation batch
    waiting_for_data,  // the next batch has not arrived yet; nothing was done
    finished,          // all epochs are done; nothing was done
    pending,           // on a GPU: no result has come since the last one
    idle,              // with step(0): nothing is on its way
    held,              // at a breakpoint in the middle of a batch: from a probe alone
  } kind = Kind::trained;
  std::uint64_t step = 0;         // training steps finished
  int epoch = 1;                  // the epoch at work, from 1
  int samples = 0;                // in this batch
  double loss = 0, accuracy = 0;  // of this batch
  float learning_rate = 0;
  std::optional<EpochMetrics> epoch_done;  // with the last validation batch of an epoch
};

struct Evaluation {
  double loss = 0, accuracy = 0;
  int classes = 0;
  std::vector<int> confusion;      // classes × classes: row the true class, column the answer
  std::vector<int> predictions;    // one per picture
  std::vector<float> confidences;  // softmax of the answer, one per picture
};

class Trainer {
 public:
  // The dataset is shared with whoever loads its parts; `pool` must outlive the trainer.
  // Errors: a picture shape or class count that does not fit the net, a net too big for memory.
  // The backend "webgpu" needs a device, which must outlive the trainer.
  static Expected<std::unique_ptr<Trainer>> create(Graph graph, TrainConfig config,
                                                   std::shared_ptr<Dataset> dataset,
                                                   ThreadPool& pool, const gpu::Access& gpu = {});
  ~Trainer();

  const Graph& graph() const { return graph_; }
  const TrainConfig& config() const { return config_; }
  const Dataset& dataset() const { return *dataset_; }
  ModelState& state() { return state_; }
  std::uint64_t steps_done() const { return step_; }
  int epoch() const { return current_.epoch; }  // at work, from 1; after the last: the last
  std::int64_t steps_per_epoch() const;
  const std::vector<EpochMetrics>& history() const { return history_; }

  // NaN or infinity is an Error (not_finite) that names the layer and a likely cause; training then
  // stays stopped until restart(). On a GPU it comes when the steps since the last fetch have been
  // done again.
  // On a GPU: begins batches until `ahead` are on their way, and gives the next result that has
  // come. Never further than to the end of the epoch. With 0 nothing is begun. An error of the
  // device says "webgpu" where: leave_gpu() is the way on.
  Expected<StepResult> step(int ahead = 1);

  bool on_gpu() const { return gpu_built() && gpu_ != nullptr; }
  // Fetches the weights and the optimiser's memory from the GPU and calls `done` when they are
  // here: the run is then, for as long as `done` takes, at the same step here and there. With
  // `hold` no batch is begun before. Calls `done` in any case, on the CPU at once.
  void pull(std::function<void()> done, bool hold);
  // The device is gone: goes on on the CPU from what was last fetched.
  void leave_gpu();
  // Another device, or none, for configure() from now on.
  void use_gpu(const gpu::Access& gpu) { access_ = gpu; }

  // Initial weights of `seed` again, all counters at 0.
  void restart(std::uint64_t seed);

  // Changes settings of a run in progress; weights and position stay. A changed optimiser forgets
  // its memory; a changed batch size takes effect with the next batch; backend likewise. The seed
  // cannot change without restart().
  Status configure(const TrainConfig& config);

  // The whole run as a file, and back: going on from it gives the same bits as never having
  // stopped. The settings stay those of this trainer, but for the seed; when its optimiser is not
  // the file's, the optimiser's memory is left behind. A refusal changes nothing. Errors: a file
  // that is damaged, of another version, network or dataset.
  std::vector<std::uint8_t> checkpoint() const;
  Status restore(std::span<const std::uint8_t> file);

  // A forward pass over a whole loaded split, in eval mode. Errors: a split that is not complete.
  Expected<Evaluation> evaluate(Split split);

  // Changes one number of a parameter by hand and gives the one before. Errors: an unknown name, an
  // element that it does not have, a value that is not finite.
  Expected<float> set_parameter(const std::string& name, std::int64_t element, float value);

  // Adds noise to every trainable parameter of a layer: N(0, (share · RMS of the parameter)²).
  // Errors: an unknown layer or one without parameters, a share that is not finite or below 0.
  Status perturb_layer(const std::string& name, double share, std::uint64_t seed);
  // The layer as a fresh network of that seed has it; the optimiser's memory of it is empty.
  Status reset_layer(const std::string& name, std::uint64_t seed);

  // Grows when the plans are made afresh, and when parameters change other than by training.
  std::uint64_t plans_made() const { return plans_made_; }
  std::uint64_t edits() const { return edits_; }

  // `picture`: channels × height × width bytes. Errors: its size, an unknown parameter's name.
  Expected<Snapshot> snapshot(std::span<const std::uint8_t> picture,
                              const SnapshotRequest& request);

  // What an element of a layer's output is made of, for this picture; see explain/unit.hpp.
  Expected<UnitExplanation> explain(std::span<const std::uint8_t> picture, int layer,
                                    std::int64_t element);
  // See explain/unit_window.hpp.
  Expected<std::optional<std::int64_t>> unit_over(int layer, int channel, std::int64_t source);

 private:
  static constexpr int eval_batch = 64;

  // Pictures that go through the network together.
  struct Batch {
    bool training = true;
    std::vector<int> pictures;  // numbers in the split
  };
  struct Gpu;                   // what runs there: trainer_gpu.cpp
  friend class probe::Stepper;  // takes a training batch in pieces

  Trainer(Graph graph, TrainConfig config, std::shared_ptr<Dataset> dataset, ThreadPool& pool);
  Status choose_backend();
  Expected<Executor*> training_executor(int batch);
  Expected<Executor*> eval_executor(int batch);
  Expected<Executor*> view();                                // of one picture, for views
  Expected<Executor*> look(std::span<const float> picture);  // the same, having run on it
  Status prepare();
  PlanOptions training_options(int batch) const;
  PlanOptions eval_options(int batch) const;
  RunSettings run_settings(std::uint64_t ahead) const;  // of so many steps after the next one
  StepResult result_of(StepResult::Kind kind) const;
  const Batch& batch_at(std::size_t position);
  bool at_work();
  bool arrived(const Batch& batch) const;
  // The pictures of a split from `first` on, as many as one batch without training takes.
  static void eval_pictures(const ImageSet& images, int first, std::vector<int>& out);
  void fill(const ImageSet& images, std::span<const int> pictures, bool augment,
            std::span<float> input, std::span<std::int32_t> labels);
  Expected<StepResult> run_batch(const Batch& batch);
  Expected<Executor*> load_training(const Batch& batch);  // the batch, ready to run
  Expected<Executor*> run_forward(const Batch& batch);    // and run, the loss included
  Status check_loss(const Executor& executor);
  StepResult end_training(const Executor& executor, const RunSettings& settings);
  Expected<Executor*> evaluate_batch(const ImageSet& images, std::span<const int> pictures);
  StepResult book(bool training, int samples, std::span<const float> metrics, float rate);
  Error explain_not_finite(const Executor& executor) const;
  Error likely_cause(std::string where, const std::string& what) const;
  void begin_epoch();
  void finish_epoch();
  Progress progress() const;
  void go_to(const Progress& progress);

  // trainer_gpu.cpp
  Status open_gpu();
  Expected<gpu::Executor*> gpu_executor(bool training, int count);
  Expected<StepResult> step_on_gpu(int ahead);
  Expected<StepResult::Kind> begin_batch();
  void finish_batch(std::span<const float> metrics);
  Error explain_suspect();
  Progress known() const;  // what state_ belongs to
  void back_to_known();    // drops what has been done since, and what is on its way
  void state_changed();    // here, so that the GPU's is out of date

  Expected<int> layer_with_parameters(const std::string& name) const;

  Graph graph_;
  TrainConfig config_;
  std::shared_ptr<Dataset> dataset_;
  ThreadPool* pool_;
  gpu::Access access_;
  std::unique_ptr<Gpu> gpu_;          // while the backend is "webgpu"
  const Backend* backend_ = nullptr;  // on a GPU: what views and evaluate() use
  ModelState state_;
  std::map<int, Executor> training_, eval_;  // by batch size
  std::optional<Executor> view_;             // one picture, for snapshots
  int last_batch_ = 0;                       // whose executor holds the last gradients

  std::uint64_t step_ = 0;
  std::uint64_t updates_ = 0;  // since the optimiser's memory was last empty
  std::uint64_t optimizer_resets_ = 0;
  std::uint64_t snapshots_ = 0;
  std::uint64_t plans_made_ = 0, edits_ = 0;
  int epoch_ = 0;
  std::vector<std::uint32_t> order_;
  Batch batch_;               // at work
  std::size_t position_ = 0;  // in the order, then beyond it in the validation split
  std::optional<Error> stopped_;
  std::deque<StepResult> results_;  // that came from a GPU and have not been handed out
  double sum_loss_ = 0, sum_correct_ = 0;
  EpochMetrics current_;
  std::vector<EpochMetrics> history_;
};

}  // namespace convolab
