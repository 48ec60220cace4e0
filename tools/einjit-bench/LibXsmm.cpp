// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LIBXSMM 1.17: a kernel made for the sizes, called for each product. Debian has it as a static library only, so it is
// linked where it was found when the build was configured.
#include "Peers.h"
#include <algorithm>
#include <type_traits>

#ifdef EINJIT_BENCH_LIBXSMM
namespace {
template <class T> using Product = void (*)(const T *a, const T *b, T *c, ...);
}
extern "C" {
// Sizes and leading dimensions of column-major matrices; null pointers stand for defaults.
Product<float> libxsmm_smmdispatch(int m, int n, int k, const int *lda, const int *ldb, const int *ldc,
                                   const float *alpha, const float *beta, const int *flags, const int *prefetch);
Product<double> libxsmm_dmmdispatch(int m, int n, int k, const int *lda, const int *ldb, const int *ldc,
                                    const double *alpha, const double *beta, const int *flags, const int *prefetch);
}
#endif

namespace einjit::bench {

#ifdef EINJIT_BENCH_LIBXSMM
namespace {

constexpr int transposeA = 1, transposeB = 2;
/// Kernels are unrolled over their sizes and use no cache blocks; they are meant for small ones.
constexpr std::int64_t largest = 512;

template <class T> std::optional<Contestant> makeContestant(const GemmShape &shape, Problem &problem) {
  auto output = std::make_shared<AnyTensor>(problem.result);
  const Factors factors = factorsOf(shape, problem, *output);
  // result^T = right^T left^T, which are column-major as they lie.
  const bool leftByRows = shape.leftK == 1 || shape.k == 1, rightByRows = shape.rightN == 1;
  const int m = static_cast<int>(shape.m), n = static_cast<int>(shape.n), k = static_cast<int>(shape.k);
  const int lda = static_cast<int>(rightByRows ? std::max(shape.rightK, shape.n) : std::max(shape.rightN, shape.k));
  const int ldb = static_cast<int>(leftByRows ? std::max(shape.leftM, shape.k) : std::max(shape.leftK, shape.m));
  const int ldc = static_cast<int>(std::max(shape.resultM, shape.n));
  const int flags = (rightByRows ? 0 : transposeA) | (leftByRows ? 0 : transposeB);
  const T alpha = 1, beta = 0;
  Product<T> kernel;
  if constexpr (std::is_same_v<T, float>)
    kernel = libxsmm_smmdispatch(n, m, k, &lda, &ldb, &ldc, &alpha, &beta, &flags, nullptr);
  else
    kernel = libxsmm_dmmdispatch(n, m, k, &lda, &ldb, &ldc, &alpha, &beta, &flags, nullptr);
  if (!kernel) return std::nullopt;
  return Contestant{"libxsmm", output,
                    [=, offsets = offsetsOf(shape)](std::int64_t count) {
                      const auto *left = static_cast<const T *>(factors.left);
                      const auto *right = static_cast<const T *>(factors.right);
                      auto *result = static_cast<T *>(factors.result);
                      for (std::int64_t i = 0; i < count; ++i)
                        for (const Offsets &at : offsets) kernel(right + at.right, left + at.left, result + at.result);
                    },
                    true};
}

} // namespace

std::string libxsmmVersion() { return "LIBXSMM 1.17"; }

std::optional<Contestant> makeLibxsmm(Problem &problem) {
  const std::optional<GemmShape> shape = gemmOf(problem);
  if (!shape || !shape->isGemm() || std::max({shape->m, shape->n, shape->k}) > largest) return std::nullopt;
  if (problem.dtype() == DType::F32) return makeContestant<float>(*shape, problem);
  if (problem.dtype() == DType::F64) return makeContestant<double>(*shape, problem);
  return std::nullopt;
}
#else
std::string libxsmmVersion() { return ""; }
std::optional<Contestant> makeLibxsmm(Problem &) { return std::nullopt; }
#endif

} // namespace einjit::bench
