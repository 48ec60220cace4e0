// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsums by lists of axes' numbers: they are the strings that mean what the language means by such lists.
#include "Syntax/Parser.h"
#include "Tensor/Lower/Einsum.h"
#include <algorithm>
#include <einjit/EinsumAxes.h>
#include <gtest/gtest.h>
#include <random>

namespace einjit::test {
namespace {

using List = std::vector<int>;

std::string stringOf(const std::vector<List> &operands, const std::optional<List> &output) {
  const std::vector<std::span<const int>> spans(operands.begin(), operands.end());
  return output ? einsumString(std::span(spans), std::span<const int>(*output)) : einsumString(std::span(spans));
}

TEST(EinsumAxes, AreLettersInTheOrderOfTheirNumbers) {
  EXPECT_EQ(einsumString({{0, 1, 2}, {0, 1}}, {0, 2}), "abc,ab->ac");
  EXPECT_EQ(einsumString({{0, 1}, {1, 2}}), "ab,bc");
  EXPECT_EQ(einsumString({{7, ellipsis, 100}, {7, 1}}, {ellipsis, 1, 100}), "b...c,ba->...ac");
  EXPECT_EQ(einsumString({{}, {}}), ",");
  EXPECT_EQ(einsumString({{3}}, {}), "a->");
}

TEST(EinsumAxes, TakeCapitalsWhereThereAreMany) {
  List many, few;
  for (int i = 0; i < 26; ++i) (i < 13 ? few : many).push_back(3 * i);
  EXPECT_EQ(stringOf({few, many}, {}), "abcdefghijklm,nopqrstuvwxyz");
  many.push_back(1);
  EXPECT_EQ(stringOf({few, many}, {}), "ACDEFGHIJKLMN,OPQRSTUVWXYZaB");
}

template <class Make> std::string errorOf(Make make) {
  try {
    make();
  } catch (const Error &error) {
    EXPECT_EQ(error.kind(), "bad-arguments");
    return error.what();
  }
  return "none";
}

TEST(EinsumAxes, AreRefusedWithTheReason) {
  const std::string help =
      "\n  help: a list names each axis by a number from 0 on; `einjit::ellipsis` stands for any number of axes";
  EXPECT_EQ(errorOf([] { einsumString({{0, -1}}); }), "error: -1 is not the number of an axis" + help);
  EXPECT_EQ(errorOf([] { einsumString({{0}}, {-7}); }), "error: -7 is not the number of an axis" + help);
  EXPECT_EQ(errorOf([] { einsumString({{ellipsis, 0, ellipsis}}); }), "error: a second ellipsis in one list" + help);
  EXPECT_EQ(errorOf([] { stringOf({List(33, 0)}, {}); }), "error: 33 axes in one list, more than 32" + help);
  std::vector<List> lists;
  for (int i = 0; i < 53; ++i) lists.push_back({i});
  EXPECT_EQ(errorOf([&] { stringOf(lists, {}); }),
            "error: more than 52 different axes in the lists of an einsum" + help);
  lists.pop_back();
  EXPECT_EQ(stringOf(lists, {}).size(), 2 * 52 - 1);
}

// ---- Against the language's lists ---------------------------------------------------------------------------------

tensor::EinsumTerm termOf(const List &list) {
  tensor::EinsumTerm term;
  for (const int number : list)
    if (number == ellipsis)
      term.ellipsis = term.labels.size();
    else
      term.labels.push_back({std::to_string(number), {}});
  return term;
}

/// The operation that terms mean, without the names of its iterators; the errors' messages if there are any.
std::variant<tensor::Generic, std::vector<std::string>> meaning(const tensor::EinsumTerms &terms,
                                                                const std::vector<List> &lists) {
  tensor::Builder builder;
  std::vector<tensor::ValueId> operands;
  for (const List &list : lists) {
    TensorType type{DType::F32, {}};
    for (const int number : list) { // each axis has an extent of its own, by which to tell it
      if (number == ellipsis)
        type.shape.insert(type.shape.end(), {101, 102});
      else
        type.shape.push_back(number + 2);
    }
    operands.push_back(builder.parameter("x" + std::to_string(operands.size()), type));
  }
  const Result<tensor::ValueId> result = tensor::lowerEinsum(builder, terms, operands, false, {});
  if (!result) return std::vector<std::string>(result.errors().size());
  auto generic = std::get<tensor::Generic>(builder.values()[result->index()].def);
  for (tensor::Iterator &iterator : generic.parallel) iterator.name.clear();
  if (generic.reduction)
    for (tensor::Iterator &iterator : generic.reduction->iterators) iterator.name.clear();
  return generic;
}

TEST(EinsumAxes, MeanWhatTheLanguageMeansByThem) {
  std::mt19937 random(3);
  std::size_t right = 0;
  const auto draw = [&](std::size_t longest) {
    List list;
    for (std::size_t length = random() % (longest + 1); length > 0; --length)
      list.push_back(random() % 8 == 0 && std::ranges::count(list, ellipsis) == 0 ? ellipsis
                                                                                  : static_cast<int>(random() % 40));
    return list;
  };
  for (int n = 0; n < 3000; ++n) {
    std::vector<List> lists(1 + random() % 3);
    std::generate(lists.begin(), lists.end(), [&] { return draw(4); });
    std::optional<List> output;
    if (random() % 2) {
      output.emplace();
      for (const List &list : lists)
        for (const int number : list)
          if (random() % 2 && std::ranges::count(*output, number) == 0) output->push_back(number);
      if (random() % 8 == 0) output->push_back(3);
    }
    tensor::EinsumTerms terms;
    for (const List &list : lists) terms.inputs.push_back(termOf(list));
    if (output) terms.output = termOf(*output);
    const std::string string = stringOf(lists, output);
    const Result<ast::Einsum> einsum = parseEinsum(string);
    ASSERT_TRUE(einsum) << string;
    const auto expected = meaning(terms, lists);
    ASSERT_EQ(meaning(tensor::termsOf(*einsum), lists), expected) << string;
    right += expected.index() == 0;
  }
  EXPECT_GT(right, 1000u);
}

} // namespace
} // namespace einjit::test
