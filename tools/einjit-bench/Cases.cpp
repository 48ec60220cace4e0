// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Cases.h"
#include <array>
#include <string_view>

#define LOOPS(family, order, i, j, k)                                                                                  \
  extern "C" void family##_##order##_##i##_##j##_##k(void *const *buffers, void *scratch);
#include "Cases.def"

namespace einjit::bench {
namespace {

/// One program at any extents. An input's axes are named by letters of `indices`, whose extents a row of Cases.def
/// gives in that order. All is f32.
struct Family {
  struct Input {
    std::string_view name, axes;
  };
  std::string_view title, program, indices;
  std::vector<Input> inputs;
};

using Extents = std::array<std::int64_t, 3>;

const Family weightedSum{"weighted sum", "einsum('bce,bc->be', x, w)", "bce", {{"x", "bce"}, {"w", "bc"}}};
const Family gateSum{"gate sum", "XW_T + H.unsqueeze(1) + b", "bth", {{"XW_T", "bth"}, {"H", "bh"}, {"b", "h"}}};
const Family matmul{"matmul", "einsum('ij,jk->ik', a, b)", "ijk", {{"a", "ij"}, {"b", "jk"}}};
const Family dot{"dot", "einsum('i,i->', a, b)", "i", {{"a", "i"}, {"b", "i"}}};
const Family rowSums{"row sums", "einsum('ij->i', a)", "ij", {{"a", "ij"}}};
const Family columnSums{"column sums", "einsum('ij->j', a)", "ij", {{"a", "ij"}}};
const Family multiplyAdd{"a*b+c", "a * b + c", "i", {{"a", "i"}, {"b", "i"}, {"c", "i"}}};
const Family transpose{"transpose", "einsum('ij->ji', a)", "ij", {{"a", "ij"}}};

struct Row {
  const Family &family;
  Extents extents;
  Loops loops;
};

const Row rows[] = {
#define LOOPS(family, order, i, j, k) {family, {i, j, k}, {#order, family##_##order##_##i##_##j##_##k}},
#include "Cases.def"
};

std::vector<Binding> bind(const Family &family, const Extents &extents) {
  std::vector<Binding> bindings;
  for (const Family::Input &input : family.inputs) {
    Binding binding{std::string(input.name), TensorType{DType::F32, {}}};
    for (char axis : input.axes) binding.type.shape.push_back(extents.at(family.indices.find(axis)));
    bindings.push_back(std::move(binding));
  }
  return bindings;
}

Case makeCase(const Row &row) {
  std::vector<Binding> inputs = bind(row.family, row.extents);
  std::string label = std::string(row.family.title) + " " + str(inputs.front().type);
  return {std::move(label), std::string(row.family.program), std::move(inputs), {row.loops}};
}

} // namespace

std::vector<Case> allCases() {
  std::vector<Case> cases;
  const Row *last = nullptr;
  for (const Row &row : rows) {
    if (last && &last->family == &row.family && last->extents == row.extents)
      cases.back().loops.push_back(row.loops);
    else
      cases.push_back(makeCase(row));
    last = &row;
  }
  return cases;
}

} // namespace einjit::bench
