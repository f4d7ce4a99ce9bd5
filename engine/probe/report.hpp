// What the inspector and the engine say to each other. The engine's side (probe.hpp) answers
// `Command`s and gives `Report`s; the inspector's draws them and knows nothing else of the engine.
//
// Both are plain data. Natively they are handed over as they are; between the page's workers a
// command is a JSON text and a report a safetensors file (numbers in bulk as tensors, all else as
// one JSON text in its metadata).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace convolab::probe {

// --- what stays as it is while a network is open ---

struct LayerRow {
  std::string name = {}, type = {};
  std::vector<std::string> inputs = {};   // names of layers; "input" is the picture
  std::vector<int> output = {};           // shape of one sample
  std::string attributes = {};            // "out_channels 8, kernel_size 5"
  std::int64_t parameters = 0;            // trainable numbers
  std::int64_t multiply_adds = 0;         // of one sample's forward pass
  std::vector<std::string> tensors = {};  // its parameters' names: "c1.weight", "c1.bias"
  bool frozen = false;                    // the optimiser leaves its parameters alone
};

struct Argument {
  std::string name = {};
  double value = 0;
};

struct StepRow {
  std::string title = {};  // "conv2d_forward", or of a fused step "conv2d_forward + relu"
  int layer = -1;          // index into Network::layers; -1 for the loss
  int fused = -1;          // another layer that it does the work of, or -1
  std::string phase = {};  // "forward", "loss", "backward", "update"
  std::vector<Argument> args = {};
  std::vector<int> reads = {}, writes = {};  // indices into Network::buffers; -1 where absent
  double work = 0;  // floating-point operations, 2 a multiply-add; 0 if no product
};

struct BufferRow {
  std::string name = {},
              role = {};  // plan.hpp: "c1", "d_c1.weight", "c1.padded"; "activation", "own" …
  int layer = -1;
  std::vector<int> shape = {};  // PyTorch's of a parameter; (channels, height, width, batch) else
  std::int64_t elements = 0;    // 4 bytes each
  std::int64_t offset = -1;     // into the arena, in elements; -1 when it lives in the ModelState
  int first = -1, last = -1;    // the steps that touch it
  bool kept = true;             // no other buffer takes its place after that
};

struct Network {
  std::string name = {}, dataset = {}, backend = {};
  std::vector<int> input = {};
  std::vector<std::string> classes = {};
  std::vector<LayerRow> layers = {};
  std::vector<StepRow> steps = {};  // of a training batch
  std::vector<BufferRow> buffers = {};
  std::int64_t arena = 0;       // elements
  std::int64_t parameters = 0;  // bytes of the ModelState, the optimiser's memory included
  int batch = 0, threads = 1;
};

// --- how the run goes ---

enum class State { paused, running, waiting, finished, stopped };

struct Run {
  State state = State::paused;
  std::uint64_t step = 0;  // training steps finished
  int epoch = 1, epochs = 1;
  std::uint64_t steps_per_epoch = 0, seed = 0;
  double loss = 0, accuracy = 0;   // of the last batch
  float rate = 0, base_rate = 0;   // at work, and as it was set
  double pictures_per_second = 0;  // of late; 0 before it is known
  bool fuse = true;
  std::string error = {};  // why it has stopped
  // The batch that is taken step by step.
  bool in_batch = false;
  int next = 0;           // the plan's step that comes next
  std::string held = {};  // the breakpoint it stands at, in words
  int held_buffer = -1;   // where a number is not finite
};

// One training step's figures; those of layers in Network::layers' order, for layers with
// parameters (or, for `dead`, for relus), NaN elsewhere.
struct Point {
  std::uint64_t step = 0;
  double loss = 0, accuracy = 0, rate = 0;
  std::vector<double> gradient = {};  // ‖gradient‖₂ of the layer's parameters
  std::vector<double> update = {};  // ‖change of the parameters‖₂ / ‖parameters‖₂ in this step
  // Share of a relu's units that are 0 for the whole batch; counted in every fourth step at most,
  // and in between as it was.
  std::vector<double> dead = {};
};

// --- what is looked at closely ---

struct Statistics {
  std::int64_t elements = 0, zeros = 0, not_finite = 0;
  double low = 0, high = 0, mean = 0, norm = 0;  // of the finite ones; norm: ‖·‖₂
  std::vector<int> histogram = {};               // equal bins from low to high
};

struct Look {
  std::string buffer = {};  // name in Network::buffers
  std::uint64_t step = 0;   // training steps finished when it was taken
  int at = -1;              // steps of the plan done in the batch then; -1: between batches
  std::vector<int> shape = {};
  Statistics statistics = {};
  std::vector<float> values = {};  // all of them; none when there are more than Watch::most
};

struct Times {
  std::vector<double> seconds =
      {};              // of every step of the plan, as it usually is; 0 before measured
  double ceiling = 0;  // GFLOP/s of this machine's multiply-adds, on all threads
  // Who worked when, in seconds from the start of one batch.
  struct Span {
    int thread = 0, step = 0;
    double begin = 0, end = 0;
  };
  std::vector<Span> spans = {};
};

struct BatchLook {
  std::uint64_t step = 0;
  std::vector<int> shape = {};                 // of one picture
  std::vector<int> indices = {}, labels = {};  // in the training split; the true classes
  std::vector<int> answers = {};        // the network's, empty before the forward pass is done
  std::vector<float> confidences = {};  // softmax of the answer
  std::vector<float> losses = {};       // one per picture
  std::vector<float> values = {};       // pictures as they go in, one after the other
};

// A moment of the recording.
struct Frame {
  std::uint64_t step = 0;
  double loss = 0;
  struct Tensor {
    std::string name = {};
    std::vector<int> shape = {};
    std::vector<float> values = {};
  };
  std::vector<Tensor> tensors = {};
  // Bytes that it takes in memory.
  std::int64_t size() const;
};

struct Report {
  std::uint64_t number = 0;  // grows with every report of a probe
  std::optional<Network> network = {};
  Run run = {};
  std::vector<Point> points = {};  // since the last report
  std::vector<Look> looks = {};
  std::optional<Times> times = {};
  std::optional<BatchLook> batch = {};
  std::optional<BatchLook> shown = {};  // the validation picture that was picked, by itself
  std::vector<Frame> frames = {};
  std::string message = {};  // an answer to a command that could not be done
};

// --- what the inspector asks for ---

struct Breakpoint {
  enum class Kind { layer, phase, step, not_finite } kind = Kind::layer;
  std::string name = {};  // of the layer or phase
  int step = 0;           // of the plan
  bool on = true;
};

struct Command {
  enum class Kind {
    start,  // train until told otherwise
    pause,
    step_batch,   // one training batch, or the rest of the one at work
    step_plan,    // `count` steps of the plan; back when it is below 0
    run_to,       // to before step `count` of the plan in this batch, back or forth
    go_on,        // to the next breakpoint, through as many batches as it takes
    rewind,       // to the start of the batch
    leave_batch,  // rewind, and no longer in a batch
    breakpoints,  // `breakpoints` take the place of those before
    rate,         // learning rate := value
    fuse,         // fused steps on or off (`on`)
    freeze,       // layer `name`, `on` or off
    perturb,  // adds noise to layer `name`: N(0, (value · RMS of the parameter)²), seed `count`
    reset_layer,  // fresh weights for layer `name`, seed `count`
    restart,      // the run, from seed `count`
    picture,      // picks picture `count` of the validation split, to be seen here and in the page
    watch,        // `names` of buffers, values of those up to `count` elements
    batch,        // whether to send the batch in flight (`on`), up to `count` pictures
    measure,      // whether to measure the steps' times (`on`)
    statistics,   // a Point every `count` training steps; fewer while they would hold up training
    record,       // a Frame every `count` training steps; 0: none. `names`: of which parameters
    again,        // sends everything once more, for an inspector that has just been opened
  } kind = Kind::pause;
  std::string name = {};
  std::vector<std::string> names = {};
  std::int64_t count = 0;
  double value = 0;
  bool on = false;
  std::vector<Breakpoint> breakpoints = {};
};

// Errors: a text that is no command.
std::string to_json(const Command& command);
Expected<Command> command_from_json(std::string_view json);

std::vector<std::uint8_t> to_bytes(const Report& report);
Expected<Report> report_from_bytes(std::span<const std::uint8_t> bytes);

}  // namespace convolab::probe
