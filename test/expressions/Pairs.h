// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions in C++, each beside a text that means the same.
#pragma once

#include <einjit/einjit.h>
#include <string>
#include <vector>

namespace einjit::test {

struct Pair {
  std::string cpp;
  Kernel kernel;
  DType dtype; ///< and rank, as they are known while compiling
  int rank;
  std::string text;
};

template <class E> Pair pairOf(const char *cpp, const E &expression, const char *text) {
  const auto node = detail::asNode(expression);
  return {cpp, compile(node), node.facts.dtype, node.facts.rank, text};
}

/// The statement `element op value`.
template <const detail::Assignment &A, class Target, class T>
Pair statementOf(const char *cpp, const Target &element, const T &value, const char *text) {
  const auto right = detail::rightSide<Target::facts.dtype>(value);
  const detail::Statement<A, Target, std::remove_const_t<decltype(right)>> statement{element, right};
  const detail::Collected all(statement);
  const Kernel kernel = detail::compileProgram(detail::programOf<std::remove_const_t<decltype(statement)>>(),
                                               all.parameters(), all.inputs(), defaultOptions());
  return {cpp, kernel, Target::facts.dtype, dynamicRank, text};
}

/// Array notation, and index notation.
std::vector<Pair> arrayPairs();
std::vector<Pair> indexPairs();

} // namespace einjit::test
