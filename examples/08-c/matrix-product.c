/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Products of matrices through the C API. */
#include <einjit/capi.h>
#include <stdio.h>

static einjit_tensor matrix(float *elements, int64_t *shape) {
  einjit_tensor tensor = {NULL, {EINJIT_DL_CPU, 0}, 2, {EINJIT_DL_FLOAT, 32, 1}, NULL, NULL, 0};
  tensor.data = elements;
  tensor.shape = shape; /* without strides it is row-major */
  return tensor;
}

int main(void) {
  float a[2][3] = {{1, 2, 3}, {4, 5, 6}}, b[3][2] = {{1, 0}, {0, 1}, {1, 1}}, c[2][2];
  int64_t aShape[] = {2, 3}, bShape[] = {3, 2}, cShape[] = {2, 2};
  const einjit_tensor x = matrix(&a[0][0], aShape), y = matrix(&b[0][0], bShape), out = matrix(&c[0][0], cShape);
  const einjit_tensor *inputs[] = {&x, &y}, *outputs[] = {&out};

  /* Compiled once, called as often as wanted. */
  einjit_kernel *kernel = NULL;
  if (einjit_compile("ij,jk->ik", inputs, 2, NULL, &kernel) != EINJIT_OK) {
    fprintf(stderr, "%s\n", einjit_last_error());
    return 1;
  }
  for (int call = 1; call <= 2; ++call) {
    einjit_kernel_run(kernel, inputs, 2, outputs, 1);
    printf("%g %g\n%g %g\n", c[0][0], c[0][1], c[1][0], c[1][1]);
    a[0][0] = 10;
  }
  einjit_kernel_release(kernel);

  /* What is wrong is said in full; the status is its sort. */
  if (einjit_einsum("ij,kj->ik", inputs, 2, &out) == EINJIT_ERROR_SHAPE) printf("%s\n", einjit_last_error());
  return 0;
}
