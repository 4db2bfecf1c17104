/* SPDX-License-Identifier: Apache-2.0 */
/* Runs models made by eMamba, from C99 on: whole samples, many of them on several threads, or
 * vector by vector as they come. docs/library.md shows how to build against it.
 *
 * Functions that can fail return EMAMBA_OK or what kind of failure it was, and leave a sentence
 * about it in emamba_last_error(). Nothing is thrown, printed or ended. After a failure, outputs
 * and handles are as before, except that run functions may have written some answers.
 *
 * Threads: an engine never changes, and any number of threads may use it at the same time. A
 * sequence belongs to one thread at a time, different sequences of one engine to different ones.
 * Freeing a handle that another thread is using is an error that is not noticed.
 *
 * All arrays are the caller's, dense and row-major: the last dimension is contiguous. */
#ifndef EMAMBA_EMAMBA_H
#define EMAMBA_EMAMBA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum emamba_status {
  EMAMBA_OK = 0,
  EMAMBA_ERROR_FILE = 1,     /* cannot be read, or is no valid file of the wanted kind */
  EMAMBA_ERROR_ARGUMENT = 2, /* a null pointer, or a number out of the range said here */
  EMAMBA_ERROR_INPUT = 3,    /* NaN or infinite, or so is the answer in floating point; no token of
                                the vocabulary; the text says where */
  EMAMBA_ERROR_STATE = 4,    /* the sequence is complete or not yet complete; saved bytes that are
                                damaged or of another program */
  EMAMBA_ERROR_UNSUPPORTED = 5, /* this program cannot do that */
  EMAMBA_ERROR_MEMORY = 6,      /* there is not enough */
  EMAMBA_ERROR_INTERNAL = 7     /* a defect of this library */
} emamba_status;

/* What went wrong in the last call that failed on this thread, and what to try; "" before the
 * first. Valid until the next call on this thread. */
const char* emamba_last_error(void);

/* Of the library, e.g. "0.2.0". */
const char* emamba_version(void);

/* How to compute. The first two give the same numbers, to the bit: those of the accelerator. */
typedef enum emamba_kind {
  EMAMBA_FAST = 0,   /* a program.safetensors in integers, vectorised */
  EMAMBA_GOLDEN = 1, /* the same in plain loops, with every overflow checked */
  EMAMBA_FLOAT = 2   /* a model.safetensors in floating point */
} emamba_kind;

typedef struct emamba_engine emamba_engine;

/* Reads a file and makes *engine of it, to be freed by emamba_engine_free(). */
emamba_status emamba_load(const char* path, emamba_kind kind, emamba_engine** engine);
/* NULL is allowed. Its sequences may outlive it. */
void emamba_engine_free(emamba_engine* engine);

/* What an engine reads and answers.
 *
 * A sample as published is an array (height, width, channels), in the units of the data set that
 * the model was trained on. It is cut into `vectors` vectors of `vector_width` numbers: patches in
 * raster order, each row-major with its channels last, in the same units. The library normalises.
 * For a model over tokens a sample is `width` token ids, each a vector of one number, in
 * 0 .. vocabulary - 1.
 *
 * An answer is an array (answer vectors, outputs), in the units of the labels, or logits. */
typedef struct emamba_info {
  const char* name; /* of the model; lives as long as the engine */
  emamba_kind kind;
  size_t height, width, channels;
  size_t vocabulary; /* 0: a model over numbers */
  size_t vectors, vector_width;
  size_t answer_vectors; /* 0: as many as the sequence has */
  size_t outputs;
  int fixed_length;                 /* 1: a sequence must have `vectors` vectors; 0: 1 or more */
  int can_step;                     /* 1: emamba_sequence_new() works */
  int answer_bits, answer_exponent; /* a number of the answer is an integer of so many bits times
                                       2^answer_exponent; both 0 in floating point */
} emamba_info;

emamba_status emamba_engine_info(const emamba_engine* engine, emamba_info* info);

/* Cuts a sample (height, width, channels) into vectors (vectors, vector_width), as emamba_run()
 * does. Where an overlapping patch leaves the image stands the mean of the channel. */
emamba_status emamba_cut(const emamba_engine* engine, const float* sample, float* vectors);

/* Whole samples (count, height, width, channels) -> answers (count, answer vectors, outputs), on
 * `threads` threads (1 .. 1024), which do not change the answers. */
emamba_status emamba_run(const emamba_engine* engine, const float* samples, size_t count,
                         int threads, float* answers);

/* The same of sequences (count, length, vector_width) that are vectors already; with
 * answer_vectors 0, each answer is (length, outputs). length times the widest vector inside the
 * network must stay below 2^31. */
emamba_status emamba_run_vectors(const emamba_engine* engine, const float* sequences, size_t count,
                                 size_t length, int threads, float* answers);

/* A sequence that comes vector by vector. Its answers are those of emamba_run_vectors(), to the
 * bit. */
typedef struct emamba_sequence emamba_sequence;

/* At the start of a sequence; to be freed by emamba_sequence_free(). EMAMBA_ERROR_UNSUPPORTED for
 * a program with can_step 0. */
emamba_status emamba_sequence_new(const emamba_engine* engine, emamba_sequence** sequence);
/* NULL is allowed. */
void emamba_sequence_free(emamba_sequence* sequence);

/* Takes the next vector (vector_width). EMAMBA_ERROR_STATE when the sequence has all of its
 * vectors, which are 2^31 - 1 at most. */
emamba_status emamba_step(emamba_sequence* sequence, const float* vector);
/* Vectors taken since the start; 0 for NULL. */
size_t emamba_vectors_taken(const emamba_sequence* sequence);
/* 1 when emamba_answer() has something to say: with answer_vectors 0 after every vector, else after
 * the last; otherwise, and for NULL, 0. */
int emamba_has_answer(const emamba_sequence* sequence);
/* With answer_vectors 0 that to the newest vector (outputs), else the whole (answer_vectors,
 * outputs). EMAMBA_ERROR_STATE while there is none. */
emamba_status emamba_answer(const emamba_sequence* sequence, float* answer);
/* Back to the start. */
emamba_status emamba_reset(emamba_sequence* sequence);

/* How many bytes emamba_save() writes, the same for all sequences of an engine; 0 for NULL. Their
 * layout, which does not depend on the machine, is in docs/formats.md. */
size_t emamba_saved_bytes(const emamba_sequence* sequence);
/* Saves all that the sequence knows; `size` must be emamba_saved_bytes(). */
emamba_status emamba_save(const emamba_sequence* sequence, void* bytes, size_t size);
/* Goes on where emamba_save() was called, in this process or another. EMAMBA_ERROR_STATE for bytes
 * that are damaged or were saved with another program file. A sequence in integers goes on under
 * either integer engine. The bytes are checked against damage, not against forgery. */
emamba_status emamba_restore(emamba_sequence* sequence, const void* bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
