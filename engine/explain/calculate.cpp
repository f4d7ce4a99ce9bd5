#include "explain/calculate.hpp"

#include <cmath>
#include <limits>

#include "core/json.hpp"
#include "explain/unit.hpp"

namespace convolab {
namespace {

constexpr std::int64_t memory_limit = std::int64_t{256} << 20;  // an exhibit is small

// Copies a JSON list of exactly as many numbers as `to` has room for.
Status read_numbers(const JsonValue& list, const std::string& where, const Shape& shape,
                    std::span<float> to) {
  if (!list.is_array() || list.size() != to.size())
    return fail(ErrorCode::shape_mismatch, where,
                "expected a list of " + std::to_string(to.size()) + " numbers for " + shape.text() +
                    ", found " +
                    (list.is_array() ? std::to_string(list.size()) : "no list at all"));
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = list[i].is_number() ? static_cast<float>(list[i].number()) : NAN;
    if (!std::isfinite(to[i]))
      return fail(ErrorCode::invalid_argument, where,
                  "element " + std::to_string(i) + " is " + list[i].dump() +
                      "; it must be a finite number");
  }
  return {};
}

Status set_parameters(const JsonValue& given, const Graph& graph, ModelState& state) {
  if (!given.is_object())
    return fail(ErrorCode::invalid_argument, "parameters",
                "expected an object with a list of numbers for each parameter");
  for (std::size_t member = 0; member < given.size(); ++member) {
    const std::string& name = given.key(member);
    const int i = graph.find_parameter(name);
    if (i < 0)
      return fail(ErrorCode::not_found, name, "this network has no parameter of that name");
    const Shape& shape = graph.parameters()[static_cast<std::size_t>(i)].shape;
    if (auto status = read_numbers(given[member], name, shape, state.values(i)); !status)
      return status;
  }
  return {};
}

void write_activations(JsonWriter& out, const Graph& graph, const Executor& executor) {
  out.key("activations").begin_array();
  for (std::size_t i = 0; i < graph.layers().size(); ++i) {
    out.begin_object()
        .member("name", graph.layers()[i].name)
        .member("shape", graph.shape(static_cast<ValueId>(i + 1)).sizes())
        .key("data")
        .begin_array();
    for (const float value : executor.data(executor.plan().values[i + 1])) out.value(value);
    out.end_array().end_object();
  }
  out.end_array();
}

bool is_index(const JsonValue& value) {
  return value.is_natural() && value.is_whole_from(0, std::numeric_limits<int>::max());
}

}  // namespace

Expected<std::string> calculate(std::string_view text) {
  const JsonValue job = JsonValue::parse(text).value_or(JsonValue());
  if (!job.find("spec") || !job.find("input"))
    return fail(ErrorCode::invalid_argument, "job",
                R"(expected {"spec", "input", "parameters", "unit"} with at least the first two)");
  const auto graph = graph_from_json(job.at("spec").dump());
  if (!graph) return tl::unexpected(graph.error());
  ModelState state(*graph, 1);
  if (const JsonValue* given = job.find("parameters"))
    if (auto status = set_parameters(*given, *graph, state); !status)
      return tl::unexpected(status.error());

  PlanOptions options;
  options.memory_limit = memory_limit;
  auto plan = make_plan(*graph, options);
  if (!plan) return tl::unexpected(plan.error());
  const auto backend = find_backend("simd");
  if (!backend) return tl::unexpected(backend.error());
  ThreadPool alone;
  auto executor = Executor::create(*std::move(plan), **backend, state, alone);
  if (!executor) return tl::unexpected(executor.error());
  // With one picture, a plan's order is PyTorch's.
  if (auto status = read_numbers(job.at("input"), "input", graph->spec().input,
                                 executor->data(executor->plan().input()));
      !status)
    return tl::unexpected(status.error());
  executor->run({});

  JsonWriter answer;
  answer.begin_object();
  write_activations(answer, *graph, *executor);
  if (const JsonValue* unit = job.find("unit")) {
    const JsonValue &layer = unit->at("layer"), &element = unit->at("element");
    if (!is_index(layer) || !is_index(element))
      return fail(ErrorCode::invalid_argument, "unit",
                  R"(expected {"layer", "element"}, both whole numbers from 0)");
    const auto why = explain_unit(*graph, *executor, layer.integer(), element.integer());
    if (!why) return tl::unexpected(why.error());
    answer.key("unit").raw(unit_json(*graph, *why));
  }
  return answer.end_object().text();
}

}  // namespace convolab
