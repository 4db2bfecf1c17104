/* SPDX-License-Identifier: Apache-2.0 */
/* The header and the library from C99: the MARS model on a frame, at once and vector by vector, and
 * a sequence that is saved and restored. Takes the model's folder. */
#include <emamba/emamba.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kFrame = 8 * 8 * 5, kOutputs = 57, kVectors = 16, kVectorWidth = 20 };

static void expect(int condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "failed: %s; last error: %s\n", what, emamba_last_error());
  exit(1);
}
#define EXPECT(condition) expect(condition, #condition)
#define OK(call) expect((call) == EMAMBA_OK, #call)

static emamba_engine* load(const char* folder, const char* file, emamba_kind kind) {
  char path[1024];
  emamba_engine* engine = NULL;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  OK(emamba_load(path, kind, &engine));
  return engine;
}

/* Steps through vectors begin .. end - 1. */
static void step(emamba_sequence* sequence, const float* vectors, int begin, int end) {
  int t;
  for (t = begin; t < end; ++t) OK(emamba_step(sequence, vectors + t * kVectorWidth));
}

int main(int argc, char** argv) {
  float frame[kFrame], vectors[kVectors * kVectorWidth];
  float fast[kOutputs], golden[kOutputs], real[kOutputs], stepped[kOutputs];
  emamba_info info;
  emamba_sequence* sequence = NULL;
  size_t size;
  void* bytes;
  int i;
  EXPECT(argc == 2);
  emamba_engine* engine = load(argv[1], "program.safetensors", EMAMBA_FAST);
  emamba_engine* reference = load(argv[1], "program.safetensors", EMAMBA_GOLDEN);
  emamba_engine* model = load(argv[1], "model.safetensors", EMAMBA_FLOAT);
  OK(emamba_engine_info(engine, &info));
  EXPECT(strcmp(info.name, "mars") == 0);
  EXPECT(info.height == 8 && info.width == 8 && info.channels == 5 && info.vocabulary == 0);
  EXPECT(info.vectors == kVectors && info.vector_width == kVectorWidth);
  EXPECT(info.outputs == kOutputs && info.answer_vectors == 1);
  EXPECT(info.fixed_length && info.can_step && info.answer_bits == 16);

  for (i = 0; i < kFrame; ++i) frame[i] = (float)(i * 7 % 23) / 23 - 0.5f;
  OK(emamba_run(engine, frame, 1, 1, fast));
  OK(emamba_run(reference, frame, 1, 1, golden));
  OK(emamba_run(model, frame, 1, 1, real));
  EXPECT(memcmp(fast, golden, sizeof fast) == 0);
  for (i = 0; i < kOutputs; ++i) EXPECT(isfinite(real[i]));

  OK(emamba_cut(engine, frame, vectors));
  OK(emamba_sequence_new(engine, &sequence));
  emamba_engine_free(engine);
  step(sequence, vectors, 0, 5);
  size = emamba_saved_bytes(sequence);
  bytes = malloc(size);
  EXPECT(bytes != NULL);
  OK(emamba_save(sequence, bytes, size));
  step(sequence, vectors, 5, kVectors);
  OK(emamba_answer(sequence, stepped));
  EXPECT(memcmp(stepped, golden, sizeof golden) == 0);
  OK(emamba_restore(sequence, bytes, size));
  EXPECT(emamba_vectors_taken(sequence) == 5 && !emamba_has_answer(sequence));
  memset(stepped, 0, sizeof stepped);
  step(sequence, vectors, 5, kVectors);
  OK(emamba_answer(sequence, stepped));
  EXPECT(memcmp(stepped, golden, sizeof golden) == 0);

  frame[11] = (float)NAN;
  EXPECT(emamba_run(reference, frame, 1, 1, golden) == EMAMBA_ERROR_INPUT);
  EXPECT(strstr(emamba_last_error(), "samples[0], [0, 2, 1] is nan, in channel 1") != NULL);
  free(bytes);
  emamba_sequence_free(sequence);
  emamba_engine_free(reference);
  emamba_engine_free(model);
  return 0;
}
