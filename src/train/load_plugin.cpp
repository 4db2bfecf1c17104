// SPDX-License-Identifier: Apache-2.0
// train() and finetune() of programs that load LibTorch only when one of them is called.
#include <dlfcn.h>

#include <cstdlib>

#include "base/dispatch.h"
#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "source_hash.h"  // written by cmake/source_hash.cmake
#include "train/plugin.h"

namespace emamba {
namespace {

// Beside the program, where it is built, or where it is installed.
std::string plugin_path() {
  const std::string built = beside_program("emamba_train.so");
  return file_exists(built) ? built : beside_program("../lib/emamba/emamba_train.so");
}

// OpenBLAS chooses its kernels when it is loaded, those of 2004 for a processor newer than itself:
// 2.7 times as long for a step of a transformer, where AVX-512 is. What the user has set stands.
void choose_blas_kernels() {
#ifdef __x86_64__
  const char* kernels = simd::choose<const char>(nullptr, "Haswell", "SkylakeX");
  if (kernels != nullptr) setenv("OPENBLAS_CORETYPE", kernels, 0);
#endif
}

const TrainPlugin& load() {
  const std::string path = plugin_path();
  if (!file_exists(path)) {
    throw Error("training needs LibTorch, and this emamba was built without it",
                "install libtorch-dev and build with -DEMAMBA_TRAIN=ON; with a trained "
                "model.safetensors beside the config and quant.finetune_steps = 0 there is nothing "
                "to train",
                ErrorKind::kMissing);
  }
  choose_blas_kernels();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(fmt::format("training needs LibTorch, which cannot be loaded: {}", dlerror()),
                "install libtorch-dev and build again", ErrorKind::kMissing);
  }
  const auto* table = static_cast<const TrainPlugin*>(dlsym(library, kTrainPluginTable));
  if (table == nullptr || table->sources != std::string(EMAMBA_SOURCE_HASH)) {
    throw Error(fmt::format("{}: is of another build than this emamba", path),
                "build or install both again");
  }
  return *table;
}

}  // namespace

const TrainPlugin& train_plugin() {
  static const TrainPlugin& plugin = load();
  return plugin;
}

TrainResult train(const Network& network, const TrainSpec& spec, const Split& train,
                  const Split& val, const TrainOptions& options) {
  return train_plugin().train_function(network, spec, train, val, options);
}

FinetuneResult finetune(const FloatModel& model, const Program& program, const TrainSpec& spec,
                        const QuantSpec& quant, const Split& train, int threads,
                        const ProgressCallback& progress) {
  return train_plugin().finetune_function(model, program, spec, quant, train, threads, progress);
}

}  // namespace emamba
