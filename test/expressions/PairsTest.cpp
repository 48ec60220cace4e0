// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions in C++ beside the texts that mean the same: both must give the same tensor IR, byte for byte. Every
// function of the language is among them, or has a reason not to be.
#include "Pairs.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>
#include <gmock/gmock.h>
#include <regex>
#include <set>

namespace {

using einjit::test::Pair;

std::vector<Pair> allPairs() {
  std::vector<Pair> pairs;
  for (const auto &some : {einjit::test::arrayPairs(), einjit::test::indexPairs()})
    pairs.insert(pairs.end(), some.begin(), some.end());
  return pairs;
}

TEST(Pairs, GiveTheSameTensorIr) {
  const std::vector<Pair> pairs = allPairs();
  EXPECT_GE(pairs.size(), 180u);
  for (const Pair &pair : pairs) {
    SCOPED_TRACE(pair.cpp);
    const einjit::Kernel kernel = einjit::compileProgram(pair.text, pair.kernel.inputs());
    EXPECT_EQ(pair.kernel.text(einjit::Stage::Tensor), kernel.text(einjit::Stage::Tensor))
        << pair.kernel.text(einjit::Stage::Source);
    EXPECT_EQ(pair.kernel.results().front().type.dtype, pair.dtype);
    if (pair.rank != einjit::dynamicRank) {
      EXPECT_EQ(static_cast<int>(pair.kernel.results().front().type.rank()), pair.rank);
    }
  }
}

/// Names that C++ has not: second names of functions that it has, what C++ says otherwise, and what only texts need.
const std::set<std::string> notInCpp = {
    // second names
    "absolute", "arcsin", "arccos", "arctan", "arctan2", "rint", "power", "negative", "neg", "floor_divide",
    "remainder", "mod", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "bitwise_and",
    "bitwise_or", "bitwise_not", "clamp", "expand_dims", "view", "ravel", "swapdims", "movedim", "concatenate", "cat",
    // of tensors that exist: full(x.shape(), value)
    "full_like",
    // texts only: literals, files, and sizes, which C++ knows before
    "tensor", "array", "load", "size", "len", "numel", "dim", "ndim"};

TEST(Pairs, HoldEveryFunction) {
  std::set<std::string> called;
  const std::regex word("([a-z_][a-z_0-9]*)[(]");
  for (const Pair &pair : allPairs())
    for (std::sregex_iterator at(pair.text.begin(), pair.text.end(), word), end; at != end; ++at)
      called.insert((*at)[1]);
  for (const std::string &name : einjit::tensor::Lowering::functionNames())
    EXPECT_NE(called.contains(name), notInCpp.contains(name)) << name;
}

} // namespace
