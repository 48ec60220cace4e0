// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Peers.h"
#include "Blas.h"
#include <cstdlib>
#include <string>

namespace einjit::bench {
namespace {

constexpr Peer peers[] = {
    {"openblas", "OpenBLAS: loops over gemm, gemv, dot", openblasVersion, makeOpenblas},
    {"blis", "BLIS: the same", blisVersion, makeBlis},
    {"onednn", "oneDNN: one matmul primitive, f32", onednnVersion, makeOnednn},
    {"libxsmm", "LIBXSMM: loops over a kernel made for the sizes, one thread", libxsmmVersion, makeLibxsmm, true},
    {"c", "plain loops in C by clang, the fastest of several orders, one thread", cVersion, makeC, true},
    {"ttgt", "transpositions in C around OpenBLAS's gemm, where gemm alone does not do, one thread", ttgtVersion,
     makeTtgt, true},
};

void set(const char *name, const std::string &value) { setenv(name, value.c_str(), 1); }

} // namespace

std::span<const Peer> allPeers() { return peers; }

void setUpPeers(int threads) {
  // Debian's builds choose by processor model, which a virtual machine hides or which is newer than they are.
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
    set("OPENBLAS_CORETYPE", "SkylakeX");
    set("BLIS_ARCH_TYPE", "skx"); // BLIS 0.9 reads this as a number, which comes to the same for this one alone
  } else {
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("BLIS_ARCH_TYPE");
  }
  for (const char *name : {"OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "OMP_NUM_THREADS"})
    set(name, std::to_string(threads));
  // Else the workers of one peer wait in a busy loop while another is timed.
  set("OMP_WAIT_POLICY", "passive");
}

std::optional<GemmShape> gemmOf(const Problem &problem) {
  const Case &which = problem.which;
  return which.einsum ? mapToGemm(*which.einsum, which.formula->extents) : std::nullopt;
}

Factors factorsOf(const GemmShape &shape, Problem &problem, AnyTensor &output) {
  return {problem.inputs[shape.swapped ? 1 : 0].data(), problem.inputs[shape.swapped ? 0 : 1].data(), output.data()};
}

std::vector<Offsets> offsetsOf(const GemmShape &shape) {
  std::vector<Offsets> offsets = {{0, 0, 0}};
  for (const ProductLoop &loop : shape.loops) {
    std::vector<Offsets> inner;
    inner.reserve(offsets.size() * static_cast<std::size_t>(loop.extent));
    for (const Offsets &outer : offsets)
      for (std::int64_t i = 0; i < loop.extent; ++i)
        inner.push_back({outer.left + i * loop.left, outer.right + i * loop.right, outer.result + i * loop.result});
    offsets = std::move(inner);
  }
  return offsets;
}

} // namespace einjit::bench
