/* SPDX-License-Identifier: Apache-2.0 */
/* frame models/mars/program.safetensors: the pose for one radar frame, here an empty one. */
#include <emamba/emamba.h>
#include <stdio.h>

int main(int argc, char** argv) {
  float frame[8 * 8 * 5] = {0}, pose[57];
  emamba_engine* engine = NULL;
  if (argc != 2 || emamba_load(argv[1], EMAMBA_FAST, &engine) != EMAMBA_OK ||
      emamba_run(engine, frame, 1, 1, pose) != EMAMBA_OK) {
    fprintf(stderr, "error: %s\n", emamba_last_error());
    return 1;
  }
  printf("%.6f %.6f %.6f\n", pose[0], pose[1], pose[2]);
  emamba_engine_free(engine);
  return 0;
}
