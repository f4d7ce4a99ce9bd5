#include "explain/calculate.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "explain/unit.hpp"

namespace convolab {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t memory_limit = std::int64_t{256} << 20;  // an exhibit is small

// Copies a JSON list of exactly as many numbers as `to` has room for.
Status read_numbers(const Json& list, const std::string& where, const Shape& shape,
                    std::span<float> to) {
  if (!list.is_array() || list.size() != to.size())
    return fail(ErrorCode::shape_mismatch, where,
                "expected a list of " + std::to_string(to.size()) + " numbers for " + shape.text() +
                    ", found " +
                    (list.is_array() ? std::to_string(list.size()) : "no list at all"));
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = list[i].is_number() ? list[i].get<float>() : NAN;
    if (!std::isfinite(to[i]))
      return fail(ErrorCode::invalid_argument, where,
                  "element " + std::to_string(i) + " is " + list[i].dump() +
                      "; it must be a finite number");
  }
  return {};
}

Status set_parameters(const Json& given, const Graph& graph, ModelState& state) {
  for (const auto& [name, list] : given.items()) {
    const int i = graph.find_parameter(name);
    if (i < 0)
      return fail(ErrorCode::not_found, name, "this network has no parameter of that name");
    const Shape& shape = graph.parameters()[static_cast<std::size_t>(i)].shape;
    if (auto status = read_numbers(list, name, shape, state.values(i)); !status) return status;
  }
  return {};
}

Json activations_json(const Graph& graph, const Executor& executor) {
  Json list = Json::array();
  for (std::size_t i = 0; i < graph.layers().size(); ++i) {
    const auto values = executor.data(executor.plan().values[i + 1]);
    list.push_back({{"name", graph.layers()[i].name},
                    {"shape", graph.shape(static_cast<ValueId>(i + 1)).sizes()},
                    {"data", std::vector<float>(values.begin(), values.end())}});
  }
  return list;
}

bool is_index(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() &&
         found->get<std::uint64_t>() <= std::numeric_limits<int>::max();
}

}  // namespace

Expected<std::string> calculate(std::string_view text) {
  const Json job = Json::parse(text, nullptr, false);
  if (!job.is_object() || !job.contains("spec") || !job.contains("input"))
    return fail(ErrorCode::invalid_argument, "job",
                R"(expected {"spec", "input", "parameters", "unit"} with at least the first two)");
  const auto graph = graph_from_json(job["spec"].dump());
  if (!graph) return tl::unexpected(graph.error());
  ModelState state(*graph, 1);
  if (const auto given = job.find("parameters"); given != job.end())
    if (auto status = set_parameters(*given, *graph, state); !status)
      return tl::unexpected(status.error());

  PlanOptions options;
  options.memory_limit = memory_limit;
  auto plan = make_plan(*graph, options);
  if (!plan) return tl::unexpected(plan.error());
  ThreadPool alone;
  auto executor = Executor::create(*std::move(plan), reference_backend(), state, alone);
  if (!executor) return tl::unexpected(executor.error());
  // With one picture, a plan's order is PyTorch's.
  if (auto status = read_numbers(job["input"], "input", graph->spec().input,
                                 executor->data(executor->plan().input()));
      !status)
    return tl::unexpected(status.error());
  executor->run({});

  const Json answer = {{"activations", activations_json(*graph, *executor)}};
  if (!job.contains("unit")) return answer.dump();
  const Json& unit = job["unit"];
  if (!unit.is_object() || !is_index(unit, "layer") || !is_index(unit, "element"))
    return fail(ErrorCode::invalid_argument, "unit",
                R"(expected {"layer", "element"}, both whole numbers from 0)");
  const auto why = explain_unit(*graph, *executor, unit["layer"].get<int>(),
                                unit["element"].get<std::int64_t>());
  if (!why) return tl::unexpected(why.error());
  std::string with_unit = answer.dump();
  with_unit.back() = ',';
  return with_unit + R"("unit":)" + unit_json(*graph, *why) + "}";
}

}  // namespace convolab
