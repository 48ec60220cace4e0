// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transpose, transpose, gemm, transpose: how a contraction that no gemm computes as it lies is mapped to one.
#include "Blas.h"
#include "CCode.h"
#include "Compiler.h"
#include "Peers.h"
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>

namespace einjit::bench {
namespace {

bool has(const std::string &indices, char index) { return indices.find(index) != std::string::npos; }

/// The orders of indices in which all is one product, batch by batch.
struct Orders {
  std::string left, right, result;
};

/// These indices, in the order in which the term has them.
std::string inOrderOf(const std::string &term, const std::string &indices) {
  std::string ordered;
  for (char index : term)
    if (has(indices, index)) ordered += index;
  return ordered;
}

struct Roles {
  std::string batch, m, n, k;
};

/// Nothing where an index is of none of the roles or occurs twice in an operand.
std::optional<Roles> rolesOf(const std::string &left, const std::string &right, const std::string &result) {
  Roles roles;
  for (char index : result)
    (has(left, index) && has(right, index) ? roles.batch : has(left, index) ? roles.m : roles.n) += index;
  for (char index : left)
    if (has(right, index) && !has(result, index)) roles.k += index;
  const auto complete = [](const std::string &term, const std::string &indices) {
    return term.size() == indices.size() &&
           std::all_of(term.begin(), term.end(), [&](char index) { return has(indices, index); });
  };
  const bool good = complete(left, roles.batch + roles.m + roles.k) &&
                    complete(right, roles.batch + roles.k + roles.n) && !roles.m.empty() && !roles.n.empty();
  return good ? std::optional(roles) : std::nullopt;
}

/// Of all orders that make a product, those with the fewest elements to copy.
std::optional<Orders> ordersOf(const Einsum &einsum, const Extents &extents) {
  if (einsum.operands.size() != 2) return std::nullopt;
  const auto &[left, right, result] = std::tie(einsum.operands[0], einsum.operands[1], einsum.output);
  const std::optional<Roles> roles = rolesOf(left, right, result);
  if (!roles) return std::nullopt;
  const auto cost = [&](const std::string &from, const std::string &to) {
    return from == to ? 0 : spaceOf(from, extents);
  };
  std::optional<Orders> best;
  double least = 0;
  for (unsigned choice = 0; choice < 64; ++choice) {
    const auto chosen = [&](unsigned bit) { return (choice >> bit & 1U) != 0; };
    const std::string m = inOrderOf(chosen(0) ? left : result, roles->m);
    const std::string n = inOrderOf(chosen(1) ? right : result, roles->n);
    const std::string k = inOrderOf(chosen(2) ? left : right, roles->k);
    const Orders orders{roles->batch + (chosen(3) ? m + k : k + m), roles->batch + (chosen(4) ? k + n : n + k),
                        roles->batch + (chosen(5) ? m + n : n + m)};
    const double copied = cost(left, orders.left) + cost(right, orders.right) + cost(result, orders.result);
    if (best && copied >= least) continue;
    best = orders;
    least = copied;
  }
  return best;
}

/// A tensor, and the entry that copies it from or to where the other order of its indices is.
struct Copy {
  std::shared_ptr<AnyTensor> memory; ///< null where the order is right as it is
  Entry entry = nullptr;
};

Formula transposition(const std::string &from, const std::string &to, const Extents &extents) {
  return formulaOf(Einsum{{from}, to}, extents);
}

AnyTensor tensorOf(const std::string &indices, const Extents &extents, DType dtype) {
  TensorType type{dtype, {}};
  for (char index : indices) type.shape.push_back(extents.at(index));
  return AnyTensor(type);
}

} // namespace

std::string ttgtVersion() { return hasCCompiler() ? openblasVersion() : ""; }

std::optional<Contestant> makeTtgt(Problem &problem) {
  const Case &which = problem.which;
  const std::shared_ptr<const Blas> blas = openblas();
  if (!blas || !hasCCompiler() || !which.einsum) return std::nullopt;
  const std::optional<GemmShape> direct = gemmOf(problem);
  const std::optional<Orders> orders = ordersOf(*which.einsum, which.formula->extents);
  const Extents &extents = which.formula->extents;
  if (!orders || (direct && direct->loops.empty())) return std::nullopt;
  const std::optional<GemmShape> shape = mapToGemm(Einsum{{orders->left, orders->right}, orders->result}, extents);
  if (!shape || !shape->isGemm()) return std::nullopt;

  const auto &[left, right, result] =
      std::tie(which.einsum->operands[0], which.einsum->operands[1], which.einsum->output);
  if (left == orders->left && right == orders->right && result == orders->result) return std::nullopt;
  const std::string from[] = {left, right, orders->result}, to[] = {orders->left, orders->right, result};
  std::string text = cPrelude(problem.dtype());
  for (int i = 0; i < 3; ++i)
    text += cFunction(transposition(from[i], to[i], extents), LoopOrder::Tiled, fmt::format("copy{}", i));
  const std::shared_ptr<Library> library = compileC(text);
  if (!library) throw std::runtime_error(fmt::format("{} refuses the generated C", cCompiler));
  std::array<Copy, 3> copies;
  for (std::size_t i = 0; i < 3; ++i)
    if (from[i] != to[i])
      copies[i] = {std::make_shared<AnyTensor>(tensorOf(i == 2 ? from[i] : to[i], extents, problem.dtype())),
                   library->find<void(void *const *, void *)>(fmt::format("copy{}", i).c_str())};

  auto output = std::make_shared<AnyTensor>(problem.result);
  void *const operands[] = {problem.inputs[0].data(), problem.inputs[1].data(), output->data()};
  void *places[3];
  for (std::size_t i = 0; i < 3; ++i) places[i] = copies[i].memory ? copies[i].memory->data() : operands[i];
  const auto product = blasProducts(blas, *shape, problem.dtype(),
                                    {places[shape->swapped ? 1 : 0], places[shape->swapped ? 0 : 1], places[2]});
  if (!product) return std::nullopt;
  const std::array<std::array<void *, 2>, 3> records = {
      {{operands[0], places[0]}, {operands[1], places[1]}, {places[2], operands[2]}}};
  return Contestant{"ttgt", output,
                    [library, copies, records, product](std::int64_t count) {
                      for (std::int64_t i = 0; i < count; ++i) {
                        for (std::size_t input = 0; input < 2; ++input)
                          if (copies[input].entry) copies[input].entry(records[input].data(), nullptr);
                        product();
                        if (copies[2].entry) copies[2].entry(records[2].data(), nullptr);
                      }
                    },
                    true};
}

} // namespace einjit::bench
