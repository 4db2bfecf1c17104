// SPDX-License-Identifier: Apache-2.0
// The stage "quantize": from a float model to the integer program.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "data/dataset.h"
#include "flow/files.h"
#include "flow/job.h"

namespace emamba {

// The samples of the split "train" that ranges, curves and exponents are found on.
Split calibration_samples(const Job& job, const Split& train);

// Whether an edge may saturate on more than a tenth of its values.
enum class Saturation { kLimited, kAllowed };

// Writes OUT/program.safetensors and quantize.json, and returns the last. Fine-tunes where the spec
// asks for it, and keeps the result if the integers are no worse with it on the held-out samples
// (without any: on the calibration samples): by the metric, or by the difference to the float
// model where that is the target. Writes OUT/finetuned.safetensors then. `hashes` are those of
// data_hashes(). "warnings" name the edges, and what is inside scans, of whose values on the
// calibration samples more than 1 % lie beyond their type. Throws Error, before anything is
// written, on edges that saturate more than 10 %, unless that is allowed; and as quantise() and
// finetune() do.
std::string quantise_key(const Spec& spec, const std::string& model_sha256,
                         const nlohmann::json& hashes);
nlohmann::json quantise_stage(const Job& job, const Stored<FloatModel>& model,
                              const nlohmann::json& hashes,
                              Saturation saturation = Saturation::kLimited);

}  // namespace emamba
