#include "explain/terms.hpp"

#include <algorithm>
#include <limits>

#include "explain/term_rules.hpp"

namespace convolab {

Explanation explain_element(const RunContext& context, const Step& step,
                            std::span<const float* const> reads, int write, std::int64_t element) {
  Explanation out = explain::rule_of(context, step, reads, write, element);
  // Absent operands (no bias, no weight) are factors that are not there.
  std::erase_if(out.terms, [&](const Term& term) {
    return reads[static_cast<std::size_t>(term.first.read)] == nullptr;
  });
  for (Term& term : out.terms)
    if (term.second.read >= 0 && reads[static_cast<std::size_t>(term.second.read)] == nullptr)
      term.second = {};
  return out;
}

double evaluate(const Explanation& explanation, std::span<const float* const> reads) {
  const auto value = [&](const Factor& factor) {
    if (factor.read < 0) return 1.0;
    return static_cast<double>(reads[static_cast<std::size_t>(factor.read)][factor.element]);
  };
  const bool largest = explanation.rule == Explanation::Rule::maximum;
  double out = largest ? -std::numeric_limits<double>::infinity() : explanation.constant;
  for (const Term& term : explanation.terms) {
    const double product = term.scale * value(term.first) * value(term.second);
    out = largest ? std::max(out, product) : out + product;
  }
  return out;
}

}  // namespace convolab
