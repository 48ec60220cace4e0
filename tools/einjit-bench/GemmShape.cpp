// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GemmShape.h"
#include <algorithm>

namespace einjit::bench {
namespace {

using Strides = std::map<char, std::int64_t>;

/// Several indices of one role seen as one. Strides of tensors that lack the role are 0.
struct Run {
  std::int64_t extent = 1, left = 0, right = 0, result = 0;
};

struct Roles {
  std::string batch, m, n, k;
};

/// Nothing where an index belongs to no role. Indices of size 1 are left out, they have no stride that matters.
std::optional<Roles> rolesOf(const Einsum &einsum, const Extents &extents) {
  Roles roles;
  std::string all = einsum.operands[0] + einsum.operands[1];
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (char index : all) {
    if (extents.at(index) == 1) continue;
    const bool left = einsum.operands[0].find(index) != std::string::npos;
    const bool right = einsum.operands[1].find(index) != std::string::npos;
    const bool result = einsum.output.find(index) != std::string::npos;
    if (left && right)
      (result ? roles.batch : roles.k) += index;
    else if (result)
      (left ? roles.m : roles.n) += index;
    else
      return std::nullopt;
  }
  return roles;
}

std::int64_t strideOr0(const Strides &strides, char index) {
  const auto found = strides.find(index);
  return found == strides.end() ? 0 : found->second;
}

/// Whether `outer` steps over exactly the whole of `inner`, in each tensor that has them.
bool nest(const Run &outer, const Run &inner) {
  return outer.left == inner.left * inner.extent && outer.right == inner.right * inner.extent &&
         outer.result == inner.result * inner.extent;
}

/// The runs of a role, merged as far as they go. Only neighbours in the order of strides can nest.
std::vector<Run> runsOf(const std::string &indices, const Extents &extents, const Strides &left, const Strides &right,
                        const Strides &result) {
  std::vector<Run> runs;
  for (char index : indices)
    runs.push_back({extents.at(index), strideOr0(left, index), strideOr0(right, index), strideOr0(result, index)});
  std::sort(runs.begin(), runs.end(),
            [](const Run &a, const Run &b) { return std::max(a.left, a.right) > std::max(b.left, b.right); });
  std::vector<Run> merged;
  for (const Run &run : runs) {
    if (!merged.empty() && nest(merged.back(), run)) {
      const std::int64_t extent = merged.back().extent * run.extent;
      merged.back() = run;
      merged.back().extent = extent;
    } else {
      merged.push_back(run);
    }
  }
  return merged;
}

/// The same product with the operands changed over: result^T = right^T left^T.
GemmShape swap(GemmShape shape) {
  std::swap(shape.m, shape.n);
  std::swap(shape.leftM, shape.rightN);
  std::swap(shape.leftK, shape.rightK);
  std::swap(shape.resultM, shape.resultN);
  for (ProductLoop &loop : shape.loops) std::swap(loop.left, loop.right);
  shape.swapped = !shape.swapped;
  return shape;
}

/// A matrix that a leading dimension describes: one stride is 1.
bool isMatrix(std::int64_t rows, std::int64_t rowStride, std::int64_t columns, std::int64_t columnStride) {
  return rows == 1 || columns == 1 || rowStride == 1 || columnStride == 1;
}

/// The shape as its contract wants it, if there is a way.
std::optional<GemmShape> oriented(GemmShape shape) {
  if ((shape.m == 1 && shape.n > 1) || (shape.m > 1 && shape.n > 1 && shape.resultN != 1)) shape = swap(shape);
  const bool good = isMatrix(shape.m, shape.leftM, shape.k, shape.leftK) &&
                    isMatrix(shape.k, shape.rightK, shape.n, shape.rightN) && (shape.n == 1 || shape.resultN == 1);
  return good ? std::optional(shape) : std::nullopt;
}

/// The product of run `m` of the Ms and run `n` of the Ns, in loops over everything else.
GemmShape productOf(const std::vector<Run> &ms, std::size_t m, const std::vector<Run> &ns, std::size_t n, const Run &k,
                    const std::vector<Run> &batch) {
  GemmShape shape;
  const auto loopOver = [&](const Run &run) { shape.loops.push_back({run.extent, run.left, run.right, run.result}); };
  for (const Run &run : batch) loopOver(run);
  for (std::size_t i = 0; i < ms.size(); ++i) {
    if (i == m)
      shape.m = ms[i].extent, shape.leftM = ms[i].left, shape.resultM = ms[i].result;
    else
      loopOver(ms[i]);
  }
  for (std::size_t i = 0; i < ns.size(); ++i) {
    if (i == n)
      shape.n = ns[i].extent, shape.rightN = ns[i].right, shape.resultN = ns[i].result;
    else
      loopOver(ns[i]);
  }
  shape.k = k.extent, shape.leftK = k.left, shape.rightK = k.right;
  return shape;
}

bool repeatsAnIndex(std::string indices) {
  std::sort(indices.begin(), indices.end());
  return std::adjacent_find(indices.begin(), indices.end()) != indices.end();
}

bool isContractionOfTwo(const Einsum &einsum, const Extents &extents) {
  return einsum.operands.size() == 2 && !repeatsAnIndex(einsum.operands[0]) && !repeatsAnIndex(einsum.operands[1]) &&
         std::all_of(extents.begin(), extents.end(), [](const auto &entry) { return entry.second > 0; });
}

} // namespace

std::int64_t GemmShape::calls() const {
  std::int64_t calls = 1;
  for (const ProductLoop &loop : loops) calls *= loop.extent;
  return calls;
}

std::optional<GemmShape> mapToGemm(const Einsum &einsum, const Extents &extents) {
  if (!isContractionOfTwo(einsum, extents)) return std::nullopt;
  const std::optional<Roles> roles = rolesOf(einsum, extents);
  if (!roles) return std::nullopt;
  const Strides left = stridesOf(einsum.operands[0], extents), right = stridesOf(einsum.operands[1], extents),
                result = stridesOf(einsum.output, extents);
  const auto runs = [&](const std::string &indices) { return runsOf(indices, extents, left, right, result); };
  const std::vector<Run> batch = runs(roles->batch), ms = runs(roles->m), ns = runs(roles->n), ks = runs(roles->k);
  const bool outerProduct = !ms.empty() && !ns.empty();
  if (ks.size() > 1 || (ks.empty() && !outerProduct)) return std::nullopt;

  std::optional<GemmShape> best;
  for (std::size_t m = 0; m < std::max<std::size_t>(ms.size(), 1); ++m)
    for (std::size_t n = 0; n < std::max<std::size_t>(ns.size(), 1); ++n) {
      const auto shape = oriented(productOf(ms, m, ns, n, ks.empty() ? Run{} : ks.front(), batch));
      if (shape && (!best || shape->calls() < best->calls())) best = shape;
    }
  return best;
}

} // namespace einjit::bench
