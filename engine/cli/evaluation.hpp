// An evaluation as text and as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "data/dataset.hpp"
#include "train/trainer.hpp"

namespace convolab::cli {

// {"loss", "accuracy", "classes", "confusion": rows of true classes, columns of answers}
nlohmann::ordered_json evaluation_json(const Evaluation& evaluation, const Dataset& dataset);

// Loss, accuracy and the confusion matrix for people.
std::string evaluation_text(const Evaluation& evaluation, const Dataset& dataset);

}  // namespace convolab::cli
