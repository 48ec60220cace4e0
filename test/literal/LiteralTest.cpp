// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What einsum literals know while compiling. Most of it is asserted while this file is compiled.
#include <einjit/EinsumLiteral.h>
#include <einjit/Tensor.h>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

template <class T, int Rank> using Ranked = Tensor<T, Rank>;
template <class T> using Unranked = TensorView<T>;

template <FixedString String> constexpr std::string_view canonical = EinsumLiteral<String>::text;
template <FixedString String>
constexpr std::string_view resultLabels = EinsumLiteral<String>::parsed.labelsOf(EinsumLiteral<String>::parsed.output);
template <FixedString String, class... Operands>
constexpr bool fits = EinsumLiteral<String>::template fits<Operands...>;
template <FixedString String, class... Operands>
constexpr int resultRank = EinsumLiteral<String>::template resultRank<Operands...>;
template <FixedString String, class... Operands>
constexpr std::optional<DType> resultDType = EinsumLiteral<String>::template resultDType<Operands...>;

static_assert(canonical<"bce,bc->be"> == "bce,bc->be");
static_assert(canonical<" b c , d ->  b d "> == "bc,d->bd");
static_assert(canonical<"... ij,i"> == "...ij,i");
static_assert(canonical<"">.empty() && EinsumLiteral<"">::operandCount == 1);
static_assert(canonical<"->"> == "->" && canonical<","> == ",");
static_assert(EinsumLiteral<"i,,->i">::operandCount == 3);

static_assert(resultLabels<"bce,bc->be"> == "be");
static_assert(resultLabels<"ba"> == "ab" && resultLabels<"aB"> == "Ba" && resultLabels<"ii">.empty());
static_assert(resultLabels<"ij,jk"> == "ik" && resultLabels<"ij,jk->">.empty());

static_assert(!EinsumLiteral<"b1->b">::isWellFormed && !EinsumLiteral<"ij->ijk">::isWellFormed);
static_assert(!EinsumLiteral<"i->ii">::isWellFormed && !EinsumLiteral<"i->j->k">::isWellFormed);
static_assert(EinsumLiteral<"i.->i">::operandCount == 0 && canonical<"i.->i">.empty());

static_assert(fits<"ij,j->i", Ranked<float, 2>, Ranked<float, 1>>);
static_assert(fits<"ij,j->i", Unranked<float>, Ranked<double, 1>>);
static_assert(!fits<"ij,j->i", Ranked<float, 2>, Ranked<float, 2>>);
static_assert(!fits<"ij,j->i", Unranked<float>> && !fits<"ij,j->i", Unranked<float>, Unranked<float>, Unranked<float>>);
static_assert(fits<"i...->i", Ranked<float, 1>> && fits<"i...->i", Ranked<float, 5>>);
static_assert(!fits<"i...->i", Ranked<float, 0>>);
static_assert(!fits<"i->i", int> && fits<"i->i", AnyTensor> && fits<"i->i", const AnyTensor &>);

static_assert(resultRank<"ij,j->i", Unranked<float>, Unranked<float>> == 1);
static_assert(resultRank<"ij,j->", Unranked<float>, Unranked<float>> == 0);
static_assert(resultRank<"i...j", Ranked<float, 5>> == 5);
static_assert(resultRank<"...i,...->...", Ranked<float, 2>, Ranked<float, 3>> == 3);
static_assert(resultRank<"...i,j->...i", Ranked<float, 2>, Unranked<float>> == 2);
static_assert(resultRank<"...i,j->...i", Unranked<float>, Unranked<float>> == dynamicRank);
static_assert(resultRank<"...i,j->i", Unranked<float>, Unranked<float>> == 1);
static_assert(resultRank<"i->...", Unranked<float>> == 0);
static_assert(resultRank<"ij->i", Ranked<float, 3>> == dynamicRank);

static_assert(resultDType<"i,i", Unranked<float>, Unranked<double>> == DType::F64);
static_assert(resultDType<"i,i", Unranked<std::int32_t>, Unranked<const float>> == DType::F64);
static_assert(resultDType<"i,i,i", Unranked<std::int8_t>, Unranked<std::uint8_t>, Unranked<Half>> == DType::F16);
static_assert(!resultDType<"i,i", Unranked<float>, AnyTensor>);

TEST(EinsumLiteral, IsFollowedByAZero) { EXPECT_STREQ((EinsumLiteral<" i j -> j i ">::text.data()), "ij->ji"); }

TEST(EinsumLiteral, HasOnePlaceInMemoryForEachString) {
  EXPECT_EQ((EinsumLiteral<"ij->ji">::text.data()), (EinsumLiteral<"ij->ji">::text.data()));
}

} // namespace
} // namespace einjit::test
