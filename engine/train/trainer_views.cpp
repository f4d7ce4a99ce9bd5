// What a trainer shows of its network between two steps; nothing here changes how training goes on,
// but for a weight that is set by hand.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "train/trainer.hpp"

namespace convolab {
namespace {

std::vector<float> softmax(std::span<const float> scores) {
  const float top = *std::max_element(scores.begin(), scores.end());
  std::vector<float> out(scores.size());
  float sum = 0.0f;
  for (std::size_t i = 0; i < scores.size(); ++i) sum += out[i] = std::exp(scores[i] - top);
  for (float& v : out) v /= sum;
  return out;
}

Error unknown_parameter(const Graph& graph, const std::string& name) {
  std::string known;
  for (const Parameter& p : graph.parameters()) known += (known.empty() ? "" : ", ") + p.name;
  return {ErrorCode::not_found, name,
          "there is no such parameter; " +
              (known.empty() ? "this network has none" : "there are " + known)};
}

bool ends_with_softmax(const Graph& graph) { return graph.layers().back().type->name == "softmax"; }

// The picture as the network sees it.
Expected<Tensor> as_input(const Shape& input, std::span<const std::uint8_t> picture) {
  if (static_cast<std::int64_t>(picture.size()) != input.elements())
    return fail(ErrorCode::shape_mismatch, "picture",
                "expected " + std::to_string(input.elements()) + " bytes for " + input.text() +
                    ", found " + std::to_string(picture.size()));
  Tensor out(input);
  for (std::size_t i = 0; i < picture.size(); ++i)
    out.data[i] = static_cast<float>(picture[i]) / 255.0f;
  return out;
}

}  // namespace

Expected<Evaluation> Trainer::evaluate(Split split) {
  const ImageSet& images = dataset_->split(split);
  if (!images.complete() || images.size() == 0)
    return fail(ErrorCode::not_found, dataset_->name,
                images.size() == 0 ? "this split has no pictures"
                                   : "not all pictures of this split have arrived yet");
  const int classes = static_cast<int>(dataset_->classes.size());
  const auto class_count = static_cast<std::size_t>(classes);
  std::vector<int> pictures;
  Evaluation out;
  out.classes = classes;
  out.confusion.assign(class_count * class_count, 0);
  for (int first = 0; first < images.size(); first += eval_batch) {
    eval_pictures(images, first, pictures);
    const auto ran = evaluate_batch(images, pictures);
    if (!ran) return tl::unexpected(ran.error());
    Executor& executor = **ran;
    const auto batch = static_cast<std::size_t>(executor.plan().options.batch);
    const auto metrics = executor.data(executor.plan().metrics);
    out.loss += metrics[0];
    out.accuracy += metrics[1];
    const auto output = executor.data(executor.plan().output());
    std::vector<float> scores(class_count);
    for (std::size_t n = 0; n < batch; ++n) {
      for (std::size_t c = 0; c < class_count; ++c) scores[c] = output[c * batch + n];
      const auto answer =
          static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
      const auto truth = static_cast<std::size_t>(images.label(first + static_cast<int>(n)));
      ++out.confusion[truth * class_count + answer];
      out.predictions.push_back(static_cast<int>(answer));
      out.confidences.push_back(ends_with_softmax(graph_) ? scores[answer]
                                                          : softmax(scores)[answer]);
    }
  }
  out.loss /= images.size();
  out.accuracy /= images.size();
  return out;
}

Expected<float> Trainer::set_parameter(const std::string& name, std::int64_t element, float value) {
  const int i = graph_.find_parameter(name);
  if (i < 0) return tl::unexpected(unknown_parameter(graph_, name));
  const auto values = state_.values(i);
  if (element < 0 || element >= static_cast<std::int64_t>(values.size()))
    return fail(ErrorCode::invalid_argument, name,
                "there is no element " + std::to_string(element) + "; it has " +
                    std::to_string(values.size()) + ", counted from 0");
  if (!std::isfinite(value))
    return fail(ErrorCode::invalid_argument, name, "a weight must be a finite number");
  const Parameter& p = graph_.parameters()[static_cast<std::size_t>(i)];
  if (p.role == ParameterRole::running_variance && value < 0.0f)
    return fail(
        ErrorCode::invalid_argument, name,
        "a variance cannot be " + short_number(static_cast<double>(value)) + "; give 0 or more");
  back_to_known();
  const float before = std::exchange(values[static_cast<std::size_t>(element)], value);
  state_changed();
  return before;
}

Expected<Executor*> Trainer::view() {
  if (!view_) {
    PlanOptions options;  // one picture, eval mode
    auto plan = make_plan(graph_, options);
    if (!plan) return tl::unexpected(plan.error());
    auto executor = Executor::create(*std::move(plan), *backend_, state_, *pool_);
    if (!executor) return tl::unexpected(executor.error());
    view_.emplace(*std::move(executor));
  }
  return &*view_;
}

Expected<Executor*> Trainer::look(std::span<const float> picture) {
  auto executor = view();
  if (!executor) return executor;
  const auto input = (*executor)->data((*executor)->plan().input());
  std::copy(picture.begin(), picture.end(), input.begin());
  (*executor)->run({});
  return executor;
}

Expected<UnitExplanation> Trainer::explain(std::span<const std::uint8_t> picture, int layer,
                                           std::int64_t element) {
  const auto seen = as_input(graph_.spec().input, picture);
  if (!seen) return tl::unexpected(seen.error());
  const auto ran = look(seen->data);
  if (!ran) return tl::unexpected(ran.error());
  return explain_unit(graph_, **ran, layer, element);
}

Expected<std::optional<std::int64_t>> Trainer::unit_over(int layer, int channel,
                                                         std::int64_t source) {
  const auto executor = view();
  if (!executor) return tl::unexpected(executor.error());
  return convolab::unit_over(graph_, (*executor)->plan(), layer, channel, source);
}

Expected<Snapshot> Trainer::snapshot(std::span<const std::uint8_t> picture,
                                     const SnapshotRequest& request) {
  auto as_seen = as_input(graph_.spec().input, picture);
  if (!as_seen) return tl::unexpected(as_seen.error());
  Snapshot out;
  for (const std::string& name : request.parameters) {
    const int i = graph_.find_parameter(name);
    if (i < 0) return tl::unexpected(unknown_parameter(graph_, name));
    const auto values = std::as_const(state_).values(i);
    out.parameters.push_back({name, Tensor(graph_.parameters()[static_cast<std::size_t>(i)].shape,
                                           std::vector<float>(values.begin(), values.end()))});
  }
  out.version = ++snapshots_;
  out.step = known().step;
  out.picture = *std::move(as_seen);

  if (request.activations) {
    const auto ran = look(out.picture.data);
    if (!ran) return tl::unexpected(ran.error());
    const Executor& view = **ran;
    const Plan& plan = view.plan();
    for (std::size_t i = 0; i < graph_.layers().size(); ++i) {
      const auto values = view.data(plan.values[i + 1]);
      out.activations.push_back(
          {graph_.layers()[i].name, Tensor(graph_.shape(static_cast<ValueId>(i + 1)),
                                           std::vector<float>(values.begin(), values.end()))});
    }
    if (graph_.shape(graph_.output()).rank() == 1) {
      const auto& scores = out.activations.back().tensor.data;
      out.probabilities = ends_with_softmax(graph_) ? scores : softmax(scores);
    }
  }

  const auto held = training_.find(last_batch_);
  for (std::size_t i = 0; i < graph_.parameters().size(); ++i) {
    const Parameter& p = graph_.parameters()[i];
    const auto values = std::as_const(state_).values(static_cast<int>(i));
    if (request.histogram_bins > 0)
      out.histograms.push_back(make_histogram(p.name, values, request.histogram_bins));
    if (request.gradients && held != training_.end()) {
      const Plan& plan = held->second.plan();
      const auto gradient = held->second.data(plan.d_parameters[i]);
      if (!gradient.empty())
        out.gradients.push_back(
            {p.name, Tensor(p.shape, std::vector<float>(gradient.begin(), gradient.end()))});
    }
  }
  return out;
}

}  // namespace convolab
