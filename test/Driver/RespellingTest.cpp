// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a contraction is spelled says nothing about how it is computed: under other names of its indices and in another
// order of its operands it becomes the same kernel, to the byte, but for the order in which it takes its arguments.
#include "Driver/Pipeline.h"
#include "Tensor/Passes/nameCanonically.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <random>

namespace einjit {
namespace {

/// An einsum string and its operands' shapes.
struct Spelled {
  std::vector<std::string> operands;
  std::string output;
  std::vector<std::vector<std::int64_t>> shapes;

  std::string text() const {
    std::string text;
    for (const std::string &operand : operands) text += operand + ",";
    text.pop_back();
    return text + "->" + output;
  }
};

using Random = std::mt19937_64;

std::size_t below(Random &random, std::size_t bound) { return static_cast<std::size_t>(random() % bound); }

template <class List> void shuffle(List &list, Random &random) {
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[below(random, i)]);
}

std::string letters() {
  std::string all;
  for (char c = 'a'; c <= 'z'; ++c) all += c;
  for (char c = 'A'; c <= 'Z'; ++c) all += c;
  return all;
}

/// Other names, another order of the operands; their axes and those of the result stay.
Spelled respelled(const Spelled &first, Random &random) {
  std::string names = letters();
  shuffle(names, random);
  const auto renamed = [&](std::string term) {
    for (char &index : term) index = names[letters().find(index)];
    return term;
  };
  Spelled other{{}, renamed(first.output), {}};
  std::vector<std::size_t> order(first.operands.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(order, random);
  for (std::size_t operand : order) {
    other.operands.push_back(renamed(first.operands[operand]));
    other.shapes.push_back(first.shapes[operand]);
  }
  return other;
}

/// The canonical tensor IR and the loop IR, with arguments numbered and named in the order of their first use.
struct Texts {
  std::string tensor, loops;
};

std::string tensorText(const tensor::Kernel &kernel) {
  std::vector<std::size_t> order; // by first use
  const auto use = [&](std::size_t parameter) {
    if (parameter < kernel.parameterCount() && std::ranges::count(order, parameter) == 0) order.push_back(parameter);
  };
  for (const tensor::Value &value : kernel.values)
    for (tensor::ValueId read : reads(value)) use(read.index());
  for (std::size_t i = 0; i < kernel.parameterCount(); ++i) use(i);

  tensor::Kernel moved = kernel;
  std::vector<std::size_t> newNumber(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    moved.values[i] = kernel.values[order[i]];
    newNumber[order[i]] = i;
  }
  const auto newId = [&](tensor::ValueId id) {
    return id.index() < newNumber.size() ? tensor::ValueId(newNumber[id.index()]) : id;
  };
  for (tensor::Value &value : moved.values) renumberReads(value, newId);
  for (tensor::ValueId &result : moved.results) result = newId(result);
  return print(tensor::nameCanonically(std::move(moved)));
}

/// Without the first line, which lists the arguments in their order. A packed `%a.p0` goes by its argument's name.
std::string loopText(loop::Kernel kernel) {
  const std::string before = print(kernel);
  const std::string body = before.substr(before.find('\n'));
  std::map<std::size_t, std::string> byFirstUse;
  for (std::size_t i = 0; i < kernel.argumentCount(); ++i)
    byFirstUse[std::min(body.find("%" + kernel.buffers[i].name + "["), body.size() + i)] = kernel.buffers[i].name;
  std::map<std::string, std::string> names;
  for (const auto &[use, name] : byFirstUse) names[name] = "argument" + std::to_string(names.size());
  for (loop::Buffer &buffer : kernel.buffers) {
    const std::string argument = buffer.name.substr(0, buffer.name.find('.'));
    if (names.contains(argument)) buffer.name = names.at(argument) + buffer.name.substr(argument.size());
  }
  const std::string text = print(kernel);
  return text.substr(text.find('\n'));
}

Texts textsOf(const Spelled &spelled, const std::string &target, DType dtype) {
  Source source{spelled.text(), true, {}};
  for (const auto &shape : spelled.shapes) source.inputs.push_back({{}, TensorType{dtype, shape}, {}});
  Options options;
  options.target = target;
  const auto compilation = lowerToLoops(std::move(source), options);
  EXPECT_TRUE(compilation) << spelled.text();
  if (!compilation) return {};
  return {tensorText(compilation->canonical), loopText(compilation->loops)};
}

void expectSameKernels(const Spelled &first, const std::string &target, DType dtype, Random &random) {
  const Texts texts = textsOf(first, target, dtype);
  for (int i = 0; i < 4; ++i) {
    const Spelled other = respelled(first, random);
    const Texts same = textsOf(other, target, dtype);
    EXPECT_EQ(same.tensor, texts.tensor) << first.text() << " and " << other.text();
    EXPECT_EQ(same.loops, texts.loops) << first.text() << " and " << other.text();
  }
}

Spelled parsed(const std::string &text, const std::map<char, std::int64_t> &sizes) {
  Spelled spelled;
  const std::size_t arrow = text.find("->");
  spelled.output = text.substr(arrow + 2);
  spelled.operands.emplace_back();
  for (char c : text.substr(0, arrow)) {
    if (c == ',')
      spelled.operands.emplace_back();
    else
      spelled.operands.back() += c;
  }
  for (const std::string &operand : spelled.operands) {
    auto &shape = spelled.shapes.emplace_back();
    for (char index : operand) shape.push_back(sizes.contains(index) ? sizes.at(index) : 8);
  }
  return spelled;
}

class Respelling : public testing::TestWithParam<const char *> {};

/// Extents that differ, and extents that tell nothing apart.
TEST_P(Respelling, OfKnownContractionsGivesTheSameKernel) {
  Random random(1);
  const std::map<char, std::int64_t> different = {{'a', 6},  {'b', 4},  {'c', 20}, {'d', 3}, {'e', 32}, {'i', 70},
                                                  {'j', 33}, {'k', 50}, {'l', 64}, {'m', 2}, {'n', 5}};
  for (const char *text : {"ij,jk->ik",
                           "ij,kj->ik",
                           "ji,jk->ik",
                           "ij,jk->ki",
                           "bij,bjk->bik",
                           "bqd,bkd->bqk",
                           "bce,bc->be",
                           "ij,j->i",
                           "i,j->ij",
                           "i,i->",
                           "ij,ij->ij",
                           "ij,ij->",
                           "ij,ji->",
                           "ij,jk,kl->il",
                           "ij,jk,kl,lm->im",
                           "ij,jk,ki->",
                           "ebad,ce->abcd",
                           "efbad,cf->abcde",
                           "bi,oij,bj->bo",
                           "a,b,c->abc",
                           "ai,bi,ci->abc",
                           "ii,ij->j",
                           "abcd,ea,fb,gc,hd->efgh"}) {
    expectSameKernels(parsed(text, different), GetParam(), DType::F32, random);
    expectSameKernels(parsed(text, {}), GetParam(), DType::F64, random);
  }
}

/// Operands of up to four axes over few indices, some of them repeated or summed in one operand alone.
Spelled drawn(Random &random) {
  constexpr std::int64_t sizes[] = {1, 2, 3, 8, 17, 64};
  std::string text;
  std::map<char, std::int64_t> extents;
  const std::size_t indices = 1 + below(random, 6), operands = 2 + below(random, 4);
  std::string used;
  for (std::size_t i = 0; i < operands; ++i) {
    text += i == 0 ? "" : ",";
    for (std::size_t rank = below(random, 5); rank > 0; --rank) {
      const char index = static_cast<char>('a' + below(random, indices));
      extents.emplace(index, sizes[below(random, std::size(sizes))]);
      text += index;
      if (used.find(index) == std::string::npos) used += index;
    }
  }
  shuffle(used, random);
  return parsed(text + "->" + used.substr(0, below(random, used.size() + 1)), extents);
}

TEST_P(Respelling, OfRandomContractionsGivesTheSameKernel) {
  Random random(2);
  for (int i = 0; i < 150; ++i) expectSameKernels(drawn(random), GetParam(), DType::F32, random);
}

INSTANTIATE_TEST_SUITE_P(Targets, Respelling, testing::Values("x86-64-v2", "haswell", "skylake-avx512"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

} // namespace
} // namespace einjit
