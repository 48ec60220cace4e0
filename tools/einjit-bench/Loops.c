// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops that einjit's kernels are measured against, written for a compiler to vectorize. A kernel knows its
// extents, so these do too: each body is inlined into one function for each row of Cases.def, with constant extents.
// Pointers are restrict parameters, which is where clang makes use of the promise.
#include <stddef.h>

#define BODY static inline __attribute__((always_inline)) void

/// Elements kept in registers over a reduction: 8 vectors of 8 floats or 4 of 16, chains enough to hide the latency of
/// a multiply-add.
enum { block = 64 };
/// Side of the squares in which a blocked transposition goes: one cache line of floats.
enum { square = 16 };

/// Blocks must cover an extent exactly; for those of Cases.def the test folds away.
BODY requireMultiple(size_t extent, size_t factor) {
  if (extent % factor != 0) __builtin_trap();
}

// out[b,e] = sum over c of x[b,c,e] * w[b,c]

BODY weightedSum_rows(size_t B, size_t C, size_t E, const float *restrict x, const float *restrict w,
                      float *restrict out) {
  for (size_t b = 0; b < B; ++b) {
    for (size_t e = 0; e < E; ++e) out[b * E + e] = 0;
    for (size_t c = 0; c < C; ++c)
      for (size_t e = 0; e < E; ++e) out[b * E + e] += x[(b * C + c) * E + e] * w[b * C + c];
  }
}

BODY weightedSum_accumulate(size_t B, size_t C, size_t E, const float *restrict x, const float *restrict w,
                            float *restrict out) {
  requireMultiple(E, block);
  for (size_t b = 0; b < B; ++b)
    for (size_t e0 = 0; e0 < E; e0 += block) {
      float sum[block] = {0};
      for (size_t c = 0; c < C; ++c)
        for (size_t e = 0; e < block; ++e) sum[e] += x[(b * C + c) * E + e0 + e] * w[b * C + c];
      for (size_t e = 0; e < block; ++e) out[b * E + e0 + e] = sum[e];
    }
}

// out[b,t,h] = x[b,t,h] + state[b,h] + bias[h]

BODY gateSum_direct(size_t B, size_t T, size_t H, const float *restrict x, const float *restrict state,
                    const float *restrict bias, float *restrict out) {
  for (size_t b = 0; b < B; ++b)
    for (size_t t = 0; t < T; ++t)
      for (size_t h = 0; h < H; ++h) out[(b * T + t) * H + h] = x[(b * T + t) * H + h] + state[b * H + h] + bias[h];
}

BODY gateSum_hoisted(size_t B, size_t T, size_t H, const float *restrict x, const float *restrict state,
                     const float *restrict bias, float *restrict out) {
  for (size_t b = 0; b < B; ++b) {
    float sum[H];
    for (size_t h = 0; h < H; ++h) sum[h] = state[b * H + h] + bias[h];
    for (size_t t = 0; t < T; ++t)
      for (size_t h = 0; h < H; ++h) out[(b * T + t) * H + h] = x[(b * T + t) * H + h] + sum[h];
  }
}

// out[i,k] = sum over j of a[i,j] * b[j,k]

BODY matmul_rows(size_t I, size_t J, size_t K, const float *restrict a, const float *restrict b, float *restrict out) {
  for (size_t i = 0; i < I; ++i) {
    for (size_t k = 0; k < K; ++k) out[i * K + k] = 0;
    for (size_t j = 0; j < J; ++j)
      for (size_t k = 0; k < K; ++k) out[i * K + k] += a[i * J + j] * b[j * K + k];
  }
}

// out[] = sum over i of a[i] * b[i]

BODY dot_direct(size_t I, size_t J, size_t K, const float *restrict a, const float *restrict b, float *restrict out) {
  (void)J, (void)K;
  float sum = 0;
  for (size_t i = 0; i < I; ++i) sum += a[i] * b[i];
  *out = sum;
}

// out[i] = sum over j of a[i,j]

BODY rowSums_direct(size_t I, size_t J, size_t K, const float *restrict a, float *restrict out) {
  (void)K;
  for (size_t i = 0; i < I; ++i) {
    float sum = 0;
    for (size_t j = 0; j < J; ++j) sum += a[i * J + j];
    out[i] = sum;
  }
}

// out[j] = sum over i of a[i,j]

BODY columnSums_rows(size_t I, size_t J, size_t K, const float *restrict a, float *restrict out) {
  (void)K;
  for (size_t j = 0; j < J; ++j) out[j] = 0;
  for (size_t i = 0; i < I; ++i)
    for (size_t j = 0; j < J; ++j) out[j] += a[i * J + j];
}

BODY columnSums_accumulate(size_t I, size_t J, size_t K, const float *restrict a, float *restrict out) {
  (void)K;
  requireMultiple(J, block);
  for (size_t j0 = 0; j0 < J; j0 += block) {
    float sum[block] = {0};
    for (size_t i = 0; i < I; ++i)
      for (size_t j = 0; j < block; ++j) sum[j] += a[i * J + j0 + j];
    for (size_t j = 0; j < block; ++j) out[j0 + j] = sum[j];
  }
}

// out[i] = a[i] * b[i] + c[i]

BODY multiplyAdd_direct(size_t I, size_t J, size_t K, const float *restrict a, const float *restrict b,
                        const float *restrict c, float *restrict out) {
  (void)J, (void)K;
  for (size_t i = 0; i < I; ++i) out[i] = a[i] * b[i] + c[i];
}

// out[j,i] = a[i,j]

BODY transpose_direct(size_t I, size_t J, size_t K, const float *restrict a, float *restrict out) {
  (void)K;
  for (size_t j = 0; j < J; ++j)
    for (size_t i = 0; i < I; ++i) out[j * I + i] = a[i * J + j];
}

BODY transpose_blocked(size_t I, size_t J, size_t K, const float *restrict a, float *restrict out) {
  (void)K;
  requireMultiple(I, square);
  requireMultiple(J, square);
  for (size_t j0 = 0; j0 < J; j0 += square)
    for (size_t i0 = 0; i0 < I; i0 += square)
      for (size_t j = j0; j < j0 + square; ++j)
        for (size_t i = i0; i < i0 + square; ++i) out[j * I + i] = a[i * J + j];
}

// What a row's function passes on of its record, which holds the inputs and then the output.
#define WITH_1_INPUT buffers[0], buffers[1]
#define WITH_2_INPUTS WITH_1_INPUT, buffers[2]
#define WITH_3_INPUTS WITH_2_INPUTS, buffers[3]
#define BUFFERS_weightedSum WITH_2_INPUTS
#define BUFFERS_gateSum WITH_3_INPUTS
#define BUFFERS_matmul WITH_2_INPUTS
#define BUFFERS_dot WITH_2_INPUTS
#define BUFFERS_rowSums WITH_1_INPUT
#define BUFFERS_columnSums WITH_1_INPUT
#define BUFFERS_multiplyAdd WITH_3_INPUTS
#define BUFFERS_transpose WITH_1_INPUT

/// The functions have the signature of a kernel's entry point, so that both sides are called alike.
#define LOOPS(family, order, i, j, k)                                                                                  \
  void family##_##order##_##i##_##j##_##k(void *const *buffers, void *scratch);                                        \
  void family##_##order##_##i##_##j##_##k(void *const *buffers, void *scratch) {                                       \
    (void)scratch;                                                                                                     \
    family##_##order(i, j, k, BUFFERS_##family);                                                                       \
  }
#include "Cases.def"
