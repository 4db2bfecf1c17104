// SPDX-License-Identifier: Apache-2.0
// Users' own data: .npy files, and what their numbers are.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "base/keys.h"
#include "data/task.h"

namespace emamba {

struct ArrayFiles {
  std::string inputs, targets;  // paths
};

// kImages     inputs (samples, height, width, channels), or (samples, height, width) of one channel
// kSequence   inputs (samples, length, channels), or (samples, length) of one channel; held as
//             images of height 1 and width `length`, so that a patch [1, n] is n steps in time
// kTokens     inputs (samples, length) of ids, which count from 0
// kAuto       four dimensions are images, three a sequence; two are tokens if their dtype is one of
//             integers, else a sequence of one channel
enum class InputKind { kAuto, kImages, kSequence, kTokens };
// kClasses    targets (samples) or (samples, 1) of whole numbers, which count from 0
// kNumbers    targets (samples) or (samples, outputs)
// kAuto       classes if they are named; numbers if outputs or a unit are; else classes if there is
//             one integer a sample
enum class TargetKind { kAuto, kClasses, kNumbers };
// What becomes of inputs that are NaN or infinite:
//   kRefuse    an error at the first one
//   kDrop      their samples are left out, with a warning that counts them
//   kSaturate  NaN becomes 0, an infinity the largest or smallest finite number that the channel
//              has in the training inputs, with a warning that counts them
enum class NonFinite { kRefuse, kDrop, kSaturate };

// What the user says of the data: the keys below `data.` of config.toml.
struct OwnData {
  ArrayFiles train, val, test;  // val may be empty: then a share of train is held out
  InputKind kind = InputKind::kAuto;
  TargetKind answer = TargetKind::kAuto;
  int vocab = 0;                     // of tokens; 0: one more than the largest of the training ids
  std::vector<std::string> classes;  // names; empty: "0", "1", ... up to the largest of the
                                     // training targets
  std::vector<std::string> outputs;  // names of the numbers; empty: "0", "1", ...
  std::string unit;                  // of the numbers, e.g. "cm"; may be empty
  bool mirror = false;               // a mirrored image has the same answer
  NonFinite nonfinite = NonFinite::kRefuse;
};

EMAMBA_NAMES(InputKind, "auto", "images", "sequence", "tokens");
EMAMBA_NAMES(TargetKind, "auto", "classes", "numbers");
EMAMBA_NAMES(NonFinite, "refuse", "drop", "saturate");

// The table [data] of a configuration. Paths are relative to its folder.
template <class V>
void visit_keys(OwnData& d, V&& v) {
  for (auto [part, files] : {std::pair{"train", &d.train}, {"val", &d.val}, {"test", &d.test}}) {
    const std::string table = fmt::format("data.{}.", part);
    v(table + "inputs", files->inputs,
      "an .npy file: (samples, height, width, channels), (samples, length, channels) or (samples, "
      "length) of token ids");
    v(table + "targets", files->targets,
      "an .npy file: classes (samples), or numbers (samples) or (samples, outputs)");
  }
  v("data.kind", d.kind, "of the inputs; auto: by their shape");
  v("data.answer", d.answer, "of the targets; auto: by their shape and type, and the names given");
  v("data.vocab", d.vocab, Range{0, 32767}, "ids of tokens; 0: one more than the largest there is");
  v("data.classes", d.classes, "names of the classes, from 0");
  v("data.outputs", d.outputs, "names of the numbers");
  v("data.unit", d.unit, "of the numbers, e.g. cm");
  v("data.mirror", d.mirror, "whether a mirrored image has the same answer");
  v("data.nonfinite", d.nonfinite,
    "inputs that are NaN or infinite: refuse them, drop their samples, or saturate them");
}

// A description with nothing left open: no kind is kAuto, classes or outputs are named, and vocab
// is known.
struct OwnTask {
  OwnData data;
  TaskShape shape;
};

// Of "train", "val" or "test"; throws Error for another part.
const ArrayFiles& files_of(const OwnData& data, const std::string& part);

// Of this machine, bytes.
std::size_t physical_memory();

// Reads the headers of all files, and of the numbers only what is left open. Throws Error, naming
// file, value and key, when files are missing, cannot be read, are empty or disagree in their
// shapes, when the shapes fit no kind, when the description contradicts itself, and when reading a
// part would take more than `memory` bytes.
OwnTask open_own_data(OwnData data, std::size_t memory = physical_memory());

}  // namespace emamba
