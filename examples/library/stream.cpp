// SPDX-License-Identifier: Apache-2.0
// stream models/mars/program.safetensors: the same, vector by vector as they come, with a pause.
#include <cstdio>
#include <emamba/emamba.hpp>

int main(int argc, char** argv) try {
  const emamba::Engine engine(argc > 1 ? argv[1] : "");
  const std::vector<float> vector(engine.info().vector_width);
  emamba::Sequence sequence(engine);
  sequence.step(vector);
  const std::vector<unsigned char> saved = sequence.save();

  emamba::Sequence resumed(engine);
  resumed.restore(saved);
  while (!resumed.has_answer()) resumed.step(vector);
  const std::vector<float> pose = resumed.answer();
  std::printf("%.6f %.6f %.6f\n", pose[0], pose[1], pose[2]);
} catch (const emamba::Error& e) {
  std::fprintf(stderr, "error: %s\n", e.what());
  return 1;
}
