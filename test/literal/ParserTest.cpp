// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings as they are read while compiling, held against how they are
// read at run time: the same strings are accepted, with the same labels,
// results and canonical texts, and the others are refused in the same words for
// the same place.
#include "Syntax/Parser.h"
#include "Tensor/Lower/Einsum.h"
#include "support/Golden.h"
#include <einjit/detail/EinsumText.h>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <sstream>

namespace einjit::test {
namespace {

constexpr std::size_t mostBytes = 64; ///< of the strings here
using Parts = detail::EinsumText<mostBytes>;

// What both ways of reading say: the canonical text, the terms with their
// labels, ellipses and places, and the result; or the first error and its
// place.

std::string refusal(std::string_view message, std::size_t begin, std::size_t end) {
  return std::string(message) + " at " + std::to_string(begin) + " to " + std::to_string(end);
}

std::string described(const Parts &einsum, std::span<const int> ranks) {
  if (einsum.complaint)
    return refusal(einsum.complaint->message.view(), einsum.complaint->begin, einsum.complaint->end);
  char canonical[mostBytes];
  std::string text(canonical, detail::printEinsum(canonical, einsum));
  for (std::size_t i = 0; i < einsum.operandCount; ++i) {
    const detail::EinsumTerm &term = einsum.operands[i];
    text += "|" + std::string(einsum.labelsOf(term));
    if (term.hasEllipsis) text += "@" + std::to_string(term.ellipsis);
    text += " " + std::to_string(term.begin) + " to " + std::to_string(term.end);
  }
  text += "=" + std::string(einsum.labelsOf(einsum.output));
  return text + " of rank " + std::to_string(einsum.resultRank(ranks));
}

/// The letters among the names of the result's axes; the others are an
/// ellipsis'.
std::string resultLabels(const tensor::Generic &generic) {
  std::string labels;
  for (const tensor::Iterator &iterator : generic.parallel)
    if (iterator.name.size() == 1) labels += iterator.name;
  return labels;
}

std::string described(const ast::Einsum &einsum, std::span<const int> ranks) {
  tensor::Builder builder;
  std::vector<tensor::ValueId> operands;
  for (const int rank : ranks)
    operands.push_back(builder.parameter("x" + std::to_string(operands.size()),
                                         {DType::F32, std::vector<std::int64_t>(static_cast<std::size_t>(rank), 2)}));
  const Result<tensor::ValueId> result =
      tensor::lowerEinsum(builder, tensor::termsOf(einsum), operands, false, einsum.range);
  if (!result) {
    const Diagnostic &error = result.errors().front();
    return refusal(error.message, error.labels.back().begin, error.labels.back().end);
  }
  std::string text = ast::print(einsum);
  for (const ast::EinsumTerm &term : einsum.inputs) {
    text += "|";
    for (const ast::EinsumLabel &label : term.labels) text += label.name;
    if (term.ellipsis) text += "@" + std::to_string(*term.ellipsis);
    text += " " + std::to_string(term.range.begin) + " to " + std::to_string(term.range.end);
  }
  const auto &generic = std::get<tensor::Generic>(builder.values()[result->index()].def);
  text += "=" + resultLabels(generic);
  return text + " of rank " + std::to_string(builder.type(*result).rank());
}

/// Both on operands whose ellipses stand for 0, 1 or 2 axes.
void expectTheSame(const std::string &text) {
  const Result<ast::Einsum> einsum = parseEinsum(text);
  std::vector<int> ranks;
  if (einsum)
    for (const ast::EinsumTerm &term : einsum->inputs)
      ranks.push_back(static_cast<int>(term.labels.size() + (term.ellipsis ? (ranks.size() + text.size()) % 3 : 0)));
  std::string expected;
  if (einsum) {
    expected = described(*einsum, ranks);
  } else {
    const Diagnostic &error = einsum.errors().front();
    expected = refusal(error.message, error.labels.front().begin, error.labels.front().end);
  }
  ASSERT_EQ(described(detail::readEinsum<mostBytes>(text), ranks), expected) << '"' << text << '"';
}

TEST(EinsumText, IsReadAsAtRunTimeWhereItIsShort) {
  constexpr std::string_view alphabet = "aB,.-> ";
  std::vector<std::string> shorter = {""};
  for (int length = 0; length <= 5; ++length) {
    std::vector<std::string> longer;
    for (const std::string &text : shorter) {
      ASSERT_NO_FATAL_FAILURE(expectTheSame(text));
      for (const char c : alphabet) longer.push_back(text + c);
    }
    shorter = std::move(longer);
  }
}

TEST(EinsumText, IsReadAsAtRunTimeWhereItIsDrawn) {
  constexpr std::string_view tokens[] = {"a",  "b", "c",  "A", "B", "...", ",", ",",
                                         "->", " ", "  ", "-", ".", "\t",  "1"};
  // Mistakes are rare enough that half of the texts are right up to the output.
  std::discrete_distribution<std::size_t> kind({9, 9, 9, 5, 5, 5, 8, 8, 4, 4, 1, 0.3, 0.3, 0.3, 0.3});
  std::mt19937 random(7);
  for (int n = 0; n < 20000; ++n) {
    std::string text;
    for (std::size_t length = random() % 14; length > 0; --length) text += tokens[kind(random)];
    ASSERT_NO_FATAL_FAILURE(expectTheSame(text));
  }
}

TEST(EinsumText, IsReadAsAtRunTimeInTheGoldensOfTheParser) {
  for (const Golden &golden : goldens("Syntax/Einsum")) {
    std::istringstream lines(golden.input);
    for (std::string line; std::getline(lines, line);) expectTheSame(line);
  }
}

TEST(EinsumText, MeetsAnyBytes) {
  for (const std::string_view text :
       {"a\nb", "a\rb", "\x7F", "a\x80", "\xE2\x86", "ab\xFF->", "a$b", "ab->\xC3\xA9", "ij->ij k", "zZ...aA,...zA"})
    expectTheSame(std::string(text));
  expectTheSame(std::string("a\0b", 3));
  expectTheSame("......................................................a");
}

template <std::size_t Length> std::string firstComplaint(const std::string &text) {
  const auto einsum = std::make_unique<detail::EinsumText<Length>>(detail::readEinsum<Length>(text));
  return einsum->complaint ? std::string(einsum->complaint->message.view()) : "";
}
std::string runTimeComplaint(const std::string &text) {
  const Result<ast::Einsum> einsum = parseEinsum(text);
  return einsum ? "" : einsum.errors().front().message;
}

TEST(EinsumText, HasTheLimitsOfRunTime) {
  EXPECT_EQ(firstComplaint<32>(std::string(32, 'a')), "");
  for (const std::string &text :
       {std::string(33, 'a'), "a->" + std::string(33, 'a'), std::string(32, 'a') + "...a,a"}) {
    EXPECT_EQ(firstComplaint<64>(text), "33 indices in one term, more than 32");
    EXPECT_EQ(firstComplaint<64>(text), runTimeComplaint(text));
  }
  for (const std::size_t commas : {1023u, 1024u}) {
    const std::string text(commas, ',');
    EXPECT_EQ(firstComplaint<1024>(text), runTimeComplaint(text));
    EXPECT_EQ(firstComplaint<1024>(text).empty(), commas == 1023u);
  }
  const std::string text(maxTextBytes + 1, ' ');
  EXPECT_EQ(firstComplaint<1>(text), runTimeComplaint(text));
  EXPECT_FALSE(firstComplaint<1>(text).empty());
}

} // namespace
} // namespace einjit::test
