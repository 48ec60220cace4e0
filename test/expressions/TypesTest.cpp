// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types of results, as they are known while C++ is compiled, are those that programs are lowered to; and what
// has no result does not lower either. For every operation, on all types.
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include <einjit/einjit.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>

namespace {

using namespace einjit;
using detail::Facts;
using detail::MaybeType;

/// The type of the text's result for inputs a, b, … of these types.
MaybeType lowered(const std::string &text, const std::vector<DType> &types) {
  std::vector<tensor::Input> inputs;
  for (const DType type : types) inputs.push_back({tensor::operandName(inputs.size()), {type, {2, 2}}});
  const auto program = parseProgram(text);
  EXPECT_TRUE(static_cast<bool>(program)) << text;
  const auto kernel = tensor::lowerProgram(*program, inputs, {});
  return kernel ? MaybeType(kernel->kernel[kernel->kernel.results.front()].type.dtype) : MaybeType();
}

MaybeType typeOf(const Facts &facts) { return facts.isWrong ? MaybeType() : MaybeType(facts.dtype); }

std::string shown(const MaybeType &type) { return type ? std::string(name(*type)) : "an error"; }

void expectSame(const std::string &text, const Facts &facts, const std::vector<DType> &types) {
  std::string of;
  for (const DType type : types) of += ' ' + std::string(name(type));
  EXPECT_EQ(shown(typeOf(facts)), shown(lowered(text, types))) << text << " of" << of;
}

/// Calls `use` with each type, as a leaf's.
template <DType Type> struct Leaf {
  static constexpr Facts facts = {Type, 2};
};
template <class Use> void forEachType(Use use) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (use(Leaf<allDTypes[i]>()), ...);
  }(std::make_index_sequence<std::size(allDTypes)>());
}
template <class Use> void forEachPair(Use use) {
  forEachType([&](auto a) { forEachType([&](auto b) { use(a, b); }); });
}

template <const detail::Elementwise &Op> void checkUnary(const std::string &text) {
  forEachType([&]<class A>(A) { expectSame(text, detail::factsOfNode<detail::Apply<Op>, A>, {A::facts.dtype}); });
}
template <const detail::Elementwise &Op> void checkBinary(const std::string &text) {
  forEachPair([&]<class A, class B>(A, B) {
    expectSame(text, detail::factsOfNode<detail::Apply<Op>, A, B>, {A::facts.dtype, B::facts.dtype});
  });
}

TEST(Types, OfFunctionsOfOneOperand) {
#define EINJIT_UNARY(name, rule) checkUnary<detail::function::name>(#name "(a)");
#include <einjit/detail/UnaryFunctions.def>
#undef EINJIT_UNARY
  checkUnary<detail::op::Neg>("-a");
  checkUnary<detail::op::Not>("~a");
}

TEST(Types, OfFunctionsOfTwoOperands) {
#define EINJIT_BINARY(name, rule) checkBinary<detail::function::name>(#name "(a, b)");
#include <einjit/detail/BinaryFunctions.def>
#undef EINJIT_BINARY
#define EINJIT_INFIX(operation, symbol, rule)                                                                          \
  if (std::string(#operation) != "WholePow") checkBinary<detail::op::operation>("a " symbol " b");
#include <einjit/detail/InfixOperators.def>
#undef EINJIT_INFIX
  checkBinary<detail::function::leaky_relu>("leaky_relu(a, b)");
  checkBinary<detail::function::elu>("elu(a, b)");
}

TEST(Types, OfPowersWithWholeExponents) {
  forEachType([&]<class A>(A) {
    constexpr DType type = detail::withNumber(A::facts.dtype, detail::NumberKind::Integer);
    expectSame("a ** 2", detail::factsOfNode<detail::Apply<detail::op::WholePow>, A, detail::Integer<type>>,
               {A::facts.dtype});
  });
}

TEST(Types, OfReductions) {
#define EINJIT_REDUCTION(cppName, name, keyword, value, rule)                                                          \
  forEachType([&]<class A>(A) {                                                                                        \
    expectSame(std::string(name) + "(a" + (*keyword ? ", " keyword "=" value : "") + ")",                              \
               detail::factsOfNode<detail::FoldAll<detail::fold::cppName, false>, A>, {A::facts.dtype});               \
  });
#include <einjit/detail/Reductions.def>
#undef EINJIT_REDUCTION
}

TEST(Types, OfFunctionsAlongAxes){
#define CHECK(name)                                                                                                    \
  forEachType([&]<class A>(A) {                                                                                        \
    expectSame(#name "(a, dim=0)", detail::factsOfNode<detail::Along<detail::fold::name, detail::Integers<1>>, A>,     \
               {A::facts.dtype});                                                                                      \
  });
    CHECK(cumsum) CHECK(cumprod) CHECK(softmax) CHECK(log_softmax) CHECK(layernorm) CHECK(rmsnorm)
#undef CHECK
}

TEST(Types, OfCasts) {
  forEachPair([&]<class A, class B>(A, B) {
    expectSame(fmt::format("{}(a)", name(B::facts.dtype)), detail::factsOfNode<detail::Cast<B::facts.dtype>, A>,
               {A::facts.dtype});
  });
}

TEST(Types, OfWhereAndClip) {
  forEachPair([&]<class A, class B>(A, B) {
    const std::vector<DType> types = {A::facts.dtype, B::facts.dtype};
    expectSame("where(a, b, a)", detail::factsOfNode<detail::Apply<detail::function::where>, A, B, A>, types);
    expectSame("clip(a, b, b)", detail::factsOfNode<detail::Apply<detail::function::clip>, A, B, B>, types);
    expectSame("a @ b", detail::factsOfNode<detail::MatMul, A, B>, types);
    expectSame("concat([a, b])", detail::factsOfNode<detail::Join<false>, A, B>, types);
  });
}

TEST(Types, OfTensorsBesideNumbers) {
  const std::map<detail::NumberKind, std::string> numbers = {{detail::NumberKind::Bool, "True"},
                                                             {detail::NumberKind::Integer, "2"},
                                                             {detail::NumberKind::Float, "0.5"},
                                                             {detail::NumberKind::Complex, "2j"}};
  for (const auto &[kind, number] : numbers)
    for (const DType type : allDTypes)
      EXPECT_EQ(shown(detail::withNumber(type, kind)), shown(lowered("a + " + number, {type})))
          << name(type) << " + " << number;
}

} // namespace
