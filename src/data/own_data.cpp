// SPDX-License-Identifier: Apache-2.0
// The description of users' own data, held against the headers of the files that it names.
#include "data/own_data.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/npy.h"
#include "data/own_split.h"

namespace emamba {
namespace {

constexpr std::size_t kMaxSampleNumbers = std::size_t{1} << 24;
constexpr std::int64_t kMaxClasses = 65536;
constexpr std::int64_t kMaxVocab = std::int64_t{1} << 20;

std::string text(const std::vector<std::size_t>& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

bool is_integer(const NpyHeader& header) {
  return header.kind != NpyKind::kFloat;
}

// --- The description against the headers --------------------------------------------------------

NpyHeader read_header(const std::string& path) {
  NpyHeader header = read_npy_header(path);
  if (header.shape.empty()) {
    throw Error(fmt::format("{}: a single number, where an array of samples is needed", path));
  }
  if (header.count() == 0) {
    throw Error(fmt::format("{}: shape {} holds no numbers", path, text(header.shape)),
                "Check how the file was made.");
  }
  return header;
}

InputKind kind_of(const NpyHeader& header, InputKind kind, const std::string& path) {
  const std::size_t rank = header.shape.size();
  if (kind == InputKind::kAuto) {
    kind = rank == 4                         ? InputKind::kImages
           : rank == 2 && is_integer(header) ? InputKind::kTokens
                                             : InputKind::kSequence;
  }
  const bool fits = kind == InputKind::kImages     ? rank == 3 || rank == 4
                    : kind == InputKind::kSequence ? rank == 2 || rank == 3
                                                   : rank == 2;
  if (!fits) {
    throw Error(fmt::format("{}: inputs of shape {} are not of a kind that is known", path,
                            text(header.shape)),
                "Images are (samples, height, width, channels), a sequence (samples, length, "
                "channels), tokens (samples, length). data.kind says which.");
  }
  return kind;
}

// Of one sample; answer and vocabulary are left open.
TaskShape sample_shape(const NpyHeader& header, InputKind kind, const std::string& path) {
  const std::vector<std::size_t>& s = header.shape;
  const std::size_t numbers = header.count() / s[0];
  if (numbers > kMaxSampleNumbers) {
    throw Error(fmt::format("{}: a sample has {} numbers, at most {} make sense", path, numbers,
                            kMaxSampleNumbers),
                "Is the first dimension the sample?");
  }
  const auto size = [&](std::size_t d) { return d < s.size() ? static_cast<int>(s[d]) : 1; };
  if (kind == InputKind::kImages) return {size(1), size(2), size(3), 0, 0, false};
  return {1, size(1), size(2), 0, 0, false};
}

TargetKind answer_of(const NpyHeader& targets, const OwnData& data) {
  const bool column = targets.count() == targets.shape[0];  // one number a sample
  if (data.answer != TargetKind::kAuto) return data.answer;
  if (!data.classes.empty()) return TargetKind::kClasses;
  if (!data.outputs.empty() || !data.unit.empty()) return TargetKind::kNumbers;
  return column && is_integer(targets) ? TargetKind::kClasses : TargetKind::kNumbers;
}

// The number of outputs if they are numbers.
std::size_t check_targets(const NpyHeader& header, TargetKind answer, const std::string& path) {
  if (header.shape.size() > 2) {
    throw Error(fmt::format("{}: targets of shape {}, where (samples) or (samples, outputs) is "
                            "needed",
                            path, text(header.shape)),
                "Flatten what belongs to one sample.");
  }
  const std::size_t width = header.count() / header.shape[0];
  if (answer == TargetKind::kClasses && width > 1) {
    throw Error(
        fmt::format("{}: classes of shape {}, where (samples) is needed", path, text(header.shape)),
        "If each row marks its class with a 1, save numpy.argmax(targets, axis=1). If they "
        "are numbers to learn, set data.answer = \"numbers\".");
  }
  return width;
}

void check_memory(const NpyHeader& header, bool integers, std::size_t memory,
                  const std::string& path) {
  // The file's bytes, the integers they become, and the floats that these become.
  const std::size_t needed = header.count() * (header.number_bytes + sizeof(float) +
                                               (integers ? sizeof(std::int64_t) : 0));
  if (needed > memory) {
    throw Error(fmt::format("{}: reading {} numbers of {} takes {} MiB, and this machine has {}",
                            path, header.count(), header.dtype(), needed >> 20, memory >> 20),
                "Give fewer samples, or use a machine with more memory.");
  }
}

void check_names(const std::vector<std::string>& names, const std::string& key) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name.empty() || !seen.insert(name).second) {
      throw Error(fmt::format("{}: the name \"{}\" is empty or stands twice", key, name),
                  "Give each one a name of its own, in the order of the numbers.");
    }
  }
}

// What contradicts itself whatever the files hold.
void check_description(const OwnData& data) {
  for (const std::string part : {"train", "val", "test"}) {
    const ArrayFiles& files = files_of(data, part);
    if (part == "val" && files.inputs.empty() && files.targets.empty()) continue;
    for (const auto& [path, role] :
         {std::pair(&files.inputs, "inputs"), std::pair(&files.targets, "targets")}) {
      if (path->empty()) {
        throw Error(fmt::format("data.{}.{} names no file", part, role),
                    "Every part has inputs and targets; without both, val is held out of train.");
      }
    }
  }
  check_names(data.classes, "data.classes");
  check_names(data.outputs, "data.outputs");
  if (!data.classes.empty() && !data.outputs.empty()) {
    throw Error("data.classes and data.outputs are both given",
                "Targets are either classes or numbers: remove one of them.");
  }
}

// What contradicts itself when the kinds are known.
void check_kinds(const OwnData& data) {
  if (data.answer == TargetKind::kClasses && (!data.outputs.empty() || !data.unit.empty())) {
    throw Error("data.outputs and data.unit are of numbers, but the targets are classes",
                "Remove them, or set data.answer = \"numbers\".");
  }
  if (data.answer == TargetKind::kNumbers && !data.classes.empty()) {
    throw Error("data.classes is given, but the targets are numbers",
                "Remove it, or set data.answer = \"classes\".");
  }
  if (data.vocab > 0 && data.kind != InputKind::kTokens) {
    throw Error(fmt::format("data.vocab = {} is for tokens", data.vocab),
                "Remove it, or set data.kind = \"tokens\".");
  }
  if (data.vocab < 0 || data.vocab > kMaxVocab) {
    throw Error(fmt::format("data.vocab = {} must lie in 1 .. {}", data.vocab, kMaxVocab));
  }
  if (data.mirror && data.kind != InputKind::kImages) {
    throw Error("data.mirror is for images", "Remove it.");
  }
}

int largest(const Tensor<std::int64_t>& numbers) {
  return static_cast<int>(*std::max_element(numbers.data.begin(), numbers.data.end()));
}

}  // namespace

const ArrayFiles& files_of(const OwnData& data, const std::string& part) {
  if (part == "train") return data.train;
  if (part == "val") return data.val;
  if (part == "test") return data.test;
  throw Error(fmt::format("split '{}' is not known", part), "Known are train, val and test.");
}

std::size_t physical_memory() {
  return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
}

OwnTask open_own_data(OwnData data, std::size_t memory) {
  check_description(data);
  const NpyHeader inputs = read_header(data.train.inputs);
  const NpyHeader targets = read_header(data.train.targets);
  data.kind = kind_of(inputs, data.kind, data.train.inputs);
  data.answer = answer_of(targets, data);
  check_kinds(data);
  TaskShape shape = sample_shape(inputs, data.kind, data.train.inputs);
  const std::size_t width = check_targets(targets, data.answer, data.train.targets);

  for (const std::string part : {"train", "val", "test"}) {
    const ArrayFiles& files = files_of(data, part);
    if (files.inputs.empty()) continue;
    const NpyHeader own = read_header(files.inputs), answers = read_header(files.targets);
    if (own.shape[0] != answers.shape[0]) {
      throw Error(fmt::format("{} has {} samples, but {} has {}", files.inputs, own.shape[0],
                              files.targets, answers.shape[0]),
                  "The first dimension of both is the sample.");
    }
    const auto tail = [](const NpyHeader& h) {
      return std::vector<std::size_t>(h.shape.begin() + 1, h.shape.end());
    };
    if (tail(own) != tail(inputs)) {
      throw Error(fmt::format("{}: a sample has shape {}, but in {} it has {}", files.inputs,
                              text(tail(own)), data.train.inputs, text(tail(inputs))),
                  "All parts need samples of one shape.");
    }
    if (check_targets(answers, data.answer, files.targets) != width) {
      throw Error(fmt::format("{}: targets of shape {}, but {} has {}", files.targets,
                              text(answers.shape), data.train.targets, text(targets.shape)),
                  "All parts need the same outputs.");
    }
    check_memory(own, data.kind == InputKind::kTokens, memory, files.inputs);
    check_memory(answers, data.answer == TargetKind::kClasses, memory, files.targets);
  }

  if (data.kind == InputKind::kTokens && data.vocab == 0) {
    data.vocab = largest(read_tokens(data.train.inputs, kMaxVocab)) + 1;
  }
  shape.vocab = data.vocab;
  if (data.answer == TargetKind::kClasses) {
    if (data.classes.empty()) {
      const int last = largest(read_classes(data.train.targets, kMaxClasses));
      data.classes = Answer{}.all_names(static_cast<std::size_t>(last) + 1);
    }
    if (data.classes.size() < 2) {
      throw Error(fmt::format("{}: there is one class", data.train.targets),
                  "There is nothing to tell apart: give samples of two classes at least.");
    }
  } else if (data.outputs.empty()) {
    data.outputs = Answer{}.all_names(width);
  } else if (data.outputs.size() != width) {
    throw Error(fmt::format("data.outputs has {} names, but {} has {} numbers a sample",
                            data.outputs.size(), data.train.targets, width),
                "Give each number a name, in their order.");
  }
  shape.regression = data.answer == TargetKind::kNumbers;
  shape.outputs = static_cast<int>(data.classes.size() + data.outputs.size());
  return {std::move(data), shape};
}

}  // namespace emamba
