/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls a function that einjit compiled. Nothing of einjit is needed to build or to run it. */
#include "attention.h"
#include <stdio.h>

int main(void) {
  const float embeddings[2][3][4] = {{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, {{1, 1, 1, 1}, {2, 2, 2, 2}}};
  const float scores[2][3] = {{0, 0, 0}, {1, 1, -1000}};
  float out[2][4];
  _Alignas(ATTENTION_SCRATCH_ALIGNMENT) char scratch[ATTENTION_SCRATCH_BYTES];

  attention(&embeddings[0][0][0], &scores[0][0], &out[0][0], scratch);
  for (int b = 0; b < 2; ++b) printf("%g %g %g %g\n", out[b][0], out[b][1], out[b][2], out[b][3]);
  return 0;
}
