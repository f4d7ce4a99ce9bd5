// Which terms sum to this number? For any element that any step of a plan writes, forward or
// backward, the products that add up to it, each with the places its factors came from.
//
// A term's factors are elements of what the step reads, so whoever follows them from step to step
// gets from a logit down to the pixels, or from a weight's gradient up to the loss.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/step.hpp"

namespace convolab {

// Element `element` of the step's read number `read`.
struct Factor {
  int read = -1;  // -1: there is no such factor
  std::int64_t element = 0;
};

// scale · first · second; a missing second factor is 1.
struct Term {
  Factor first, second;
  double scale = 1.0;
};

struct Explanation {
  enum class Rule {
    sum,      // the element is constant + Σ terms (added to what was there, when `accumulates`)
    maximum,  // the element is the largest term; the first one of equals
    function  // the element depends on the terms' elements in another way (tanh, softmax, norm …)
  } rule = Rule::sum;
  double constant = 0.0;  // a border's value
  bool accumulates = false;
  std::vector<Term> terms;
};

// What element `element` of the step's write number `write` is made of. `reads` are the step's
// operands as they were when it ran; steps whose terms depend on data (switches, derivatives) look
// at them, and `context` is the run's, for dropout's mask.
Explanation explain_element(const RunContext& context, const Step& step,
                            std::span<const float* const> reads, int write, std::int64_t element);

// The number that an Explanation with the rule sum or maximum gives.
double evaluate(const Explanation& explanation, std::span<const float* const> reads);

}  // namespace convolab
