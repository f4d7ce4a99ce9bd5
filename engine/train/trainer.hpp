// Trainer: one network, one dataset, one seed. step() takes the next seeded batch, runs the plan
// and hands out figures; nothing else happens between calls, so pausing is not calling, and a run
// is the same however it is interrupted.
//
// An epoch is all training pictures in a seeded order (in the first epoch part by part, as they
// arrive), then all validation pictures. One call of step() is one batch of either.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/parallel.hpp"
#include "data/dataset.hpp"
#include "explain/unit.hpp"
#include "io/weights.hpp"
#include "model/executor.hpp"
#include "train/checkpoint.hpp"
#include "train/config.hpp"
#include "train/snapshot.hpp"

namespace convolab {

struct StepResult {
  enum class Kind {
    trained,           // one training batch
    validated,         // one validation batch
    waiting_for_data,  // the next batch has not arrived yet; nothing was done
    finished,          // all epochs are done; nothing was done
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
  static Expected<std::unique_ptr<Trainer>> create(Graph graph, TrainConfig config,
                                                   std::shared_ptr<Dataset> dataset,
                                                   ThreadPool& pool);

  const Graph& graph() const { return graph_; }
  const TrainConfig& config() const { return config_; }
  const Dataset& dataset() const { return *dataset_; }
  ModelState& state() { return state_; }
  std::uint64_t steps_done() const { return step_; }
  int epoch() const { return current_.epoch; }  // at work, from 1; after the last: the last
  std::int64_t steps_per_epoch() const;
  const std::vector<EpochMetrics>& history() const { return history_; }

  // NaN or infinity is an Error (not_finite) that names the layer and a likely cause; training then
  // stays stopped until restart().
  Expected<StepResult> step();

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

  Trainer(Graph graph, TrainConfig config, std::shared_ptr<Dataset> dataset, ThreadPool& pool);
  Expected<Executor*> training_executor(int batch);
  Expected<Executor*> eval_executor(int batch);
  Expected<Executor*> view();                                // of one picture, for views
  Expected<Executor*> look(std::span<const float> picture);  // the same, having run on it
  Status prepare();
  RunSettings run_settings() const;
  Expected<StepResult> train_batch();
  Expected<StepResult> validate_batch();
  // Runs the eval plan on the pictures from `first` on, as many as one batch takes.
  Expected<Executor*> evaluate_batch(const ImageSet& images, int first);
  void fill(Executor& executor, const ImageSet& images, std::span<const int> batch, bool augment);
  Error explain_not_finite(const Executor& executor) const;
  void begin_epoch();
  void finish_epoch();

  Graph graph_;
  TrainConfig config_;
  std::shared_ptr<Dataset> dataset_;
  ThreadPool* pool_;
  const Backend* backend_ = nullptr;
  ModelState state_;
  std::map<int, Executor> training_, eval_;  // by batch size
  std::optional<Executor> view_;             // one picture, for snapshots
  int last_batch_ = 0;                       // whose executor holds the last gradients

  std::uint64_t step_ = 0;
  std::uint64_t updates_ = 0;  // since the optimiser's memory was last empty
  std::uint64_t optimizer_resets_ = 0;
  std::uint64_t snapshots_ = 0;
  int epoch_ = 0;
  std::vector<std::uint32_t> order_;
  std::vector<int> batch_;    // the pictures of the batch at work
  std::size_t position_ = 0;  // in the order, then beyond it in the validation split
  std::optional<Error> stopped_;
  double sum_loss_ = 0, sum_correct_ = 0;
  EpochMetrics current_;
  std::vector<EpochMetrics> history_;
};

}  // namespace convolab
