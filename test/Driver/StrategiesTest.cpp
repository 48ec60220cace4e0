// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random contractions of two operands, every layout, on targets whose caches are so small that the planner blocks,
// packs and stages at extents of 1 to 67, and on those with their own caches. Elements are small integers, so that
// results are exact in any order.
#include "Target/Target.h"
#include <algorithm>
#include <einjit/einjit.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <random>
#include <span>

namespace einjit {
namespace {

struct Contraction {
  std::string first, second, result; ///< indices of each
  std::map<char, std::int64_t> extents;

  std::string einsum() const { return first + "," + second + "->" + result; }
  std::vector<std::int64_t> shape(const std::string &indices) const {
    std::vector<std::int64_t> shape;
    for (char index : indices) shape.push_back(extents.at(index));
    return shape;
  }
};

/// Extents around vectors and tiles, and few enough points to count them one by one.
Contraction randomContraction(std::mt19937 &random) {
  const auto below = [&](std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(n)); };
  Contraction made;
  char next = 'a';
  std::int64_t points = 1;
  const std::int64_t mostPoints = below(4) == 0 ? 4'000'000 : 500'000; // a few are worth a second thread
  const auto add = [&](std::int64_t most, std::initializer_list<std::string *> places) {
    for (std::int64_t i = below(most + 1); i > 0; --i, ++next) {
      const std::int64_t extent = 1 + below(std::min<std::int64_t>(67, std::max<std::int64_t>(1, mostPoints / points)));
      points *= extent;
      made.extents[next] = extent;
      for (std::string *place : places) *place += next;
    }
  };
  add(2, {&made.first, &made.result});                                  // M
  add(2, {&made.second, &made.result});                                 // N
  add(2, {&made.first, &made.second});                                  // K
  if (below(3) == 0) add(1, {&made.first, &made.second, &made.result}); // batch
  if (below(8) == 0) add(1, {&made.first});                             // summed in one operand alone
  for (std::string *indices : {&made.first, &made.second, &made.result}) std::ranges::shuffle(*indices, random);
  return made;
}

template <class T> Tensor<T> integers(std::vector<std::int64_t> shape, std::mt19937 &random) {
  Tensor<T> tensor(std::move(shape));
  for (T &element : tensor) element = static_cast<T>(static_cast<int>(random() % 7) - 3);
  return tensor;
}

/// The sum, point by point.
template <class T> std::vector<T> expected(const Contraction &c, const Tensor<T> &a, const Tensor<T> &b) {
  const auto stridesOf = [&](const std::string &indices, char index) {
    std::int64_t stride = 0, step = 1;
    for (std::size_t axis = indices.size(); axis-- > 0;) {
      if (indices[axis] == index) stride += step;
      step *= c.extents.at(indices[axis]);
    }
    return stride;
  };
  std::int64_t size = 1;
  for (char index : c.result) size *= c.extents.at(index);
  std::vector<T> result(static_cast<std::size_t>(size), T{0});
  struct Step {
    std::int64_t extent, a, b, out;
  };
  std::vector<Step> steps;
  for (const auto &[index, extent] : c.extents)
    steps.push_back({extent, stridesOf(c.first, index), stridesOf(c.second, index), stridesOf(c.result, index)});
  const auto visit = [&](const auto &self, std::size_t level, std::int64_t i, std::int64_t j, std::int64_t o) -> void {
    if (level == steps.size()) {
      result[static_cast<std::size_t>(o)] += a.data()[i] * b.data()[j];
      return;
    }
    const Step &step = steps[level];
    for (std::int64_t n = 0; n < step.extent; ++n)
      self(self, level + 1, i + n * step.a, j + n * step.b, o + n * step.out);
  };
  visit(visit, 0, 0, 0, 0);
  return result;
}

/// What of the planner's means a schedule uses.
const std::vector<std::string> &means() {
  static const std::vector<std::string> words = {"pack %a",   "pack %b",     "stage",     "even",
                                                 "masked",    "stay in L2",  "privatize", "transposed",
                                                 "vectorize", "parallelize", "fetch"};
  return words;
}

template <class T>
void check(const Contraction &c, const std::string &target, int threads, std::mt19937 &random,
           std::map<std::string, int> &used) {
  SCOPED_TRACE(testing::Message() << c.einsum() << " " << testing::PrintToString(c.extents) << "\n" << target);
  const Tensor<T> a = integers<T>(c.shape(c.first), random), b = integers<T>(c.shape(c.second), random);
  Options options;
  options.target = target;
  options.threads = threads;
  Tensor<T> out(c.shape(c.result));
  std::optional<Kernel> compiled;
  ASSERT_NO_THROW(compiled = compile(c.einsum(), {a.type(), b.type()}, options));
  const Kernel &kernel = *compiled;
  kernel(a, b, out);
  const std::string schedule = kernel.text(Stage::Schedule);
  for (const std::string &word : means()) used[word] += schedule.find(word) != std::string::npos;
  for (const char *word : {"unpack",
                           "of rows of",
                           "localize",
                           "the next is read",
                           "is read once",
                           "many columns fit",
                           "read in place",
                           "batch for a panel",
                           "lanes of a batch",
                           "a partial result in each lane",
                           "the next block",
                           "whole lines together",
                           "its lanes are far apart",
                           "columns that are left over",
                           "rows become lanes",
                           "rows that go on in each other",
                           "lanes go on through",
                           "the sum jumps to",
                           "share places of L1",
                           "in first",
                           "for they are no whole lines",
                           "what follows is on its way"})
    used[word] += schedule.find(word) != std::string::npos;
  ASSERT_EQ(std::vector<T>(out.begin(), out.end()), expected(c, a, b)) << schedule;
}

/// The preset with caches of a few tiles.
std::string withSmallCaches(Target target, std::mt19937 &random) {
  target.l1Bytes = 1 << (9 + random() % 3);
  target.l2Bytes = target.l1Bytes << (1 + random() % 3);
  target.l3Bytes = random() % 4 == 0 ? 0 : target.l2Bytes << (1 + random() % 3);
  return print(target);
}

struct Caches {
  std::int64_t l1Bytes, l2Bytes; ///< for f32
  std::int64_t l2BytesOfF64;
};

/// Checks all of them on the presets that run here, with such caches, by one thread and by two. Returns what was used.
std::map<std::string, int> checkAll(std::span<const Contraction> contractions, const Caches &caches) {
  std::mt19937 random(2);
  std::map<std::string, int> used;
  for (Target target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    target.l1Bytes = caches.l1Bytes;
    for (const Contraction &contraction : contractions)
      for (int threads : {1, 2}) {
        target.l2Bytes = caches.l2Bytes;
        check<float>(contraction, print(target), threads, random, used);
        target.l2Bytes = caches.l2BytesOfF64;
        check<double>(contraction, print(target), threads, random, used);
      }
  }
  return used;
}

struct Case {
  Contraction contraction;
  std::int64_t l1Bytes, l2Bytes, l3Bytes;
};

/// The same, of caches for each.
std::map<std::string, int> checkCases(std::span<const Case> cases) {
  std::mt19937 random(1);
  std::map<std::string, int> used;
  for (Target target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    for (const auto &[contraction, l1Bytes, l2Bytes, l3Bytes] : cases) {
      target.l1Bytes = l1Bytes;
      target.l2Bytes = l2Bytes;
      target.l3Bytes = l3Bytes;
      for (int threads : {1, 2}) {
        check<float>(contraction, print(target), threads, random, used);
        check<double>(contraction, print(target), threads, random, used);
      }
    }
  }
  return used;
}

/// Schedules of these were refused once.
TEST(Strategies, FitTheLoopsThatSplitsLeave) {
  const Case cases[] = {
      // parts of one loop beside each other in another, which is not alone then in the one around it
      {{"aeb", "cde", "dbca", {{'a', 32}, {'b', 12}, {'c', 47}, {'d', 3}, {'e', 6}}}, 1024, 8192, 16384},
      // the same of a row that is streamed, and what is left of it
      {{"dacb", "dc", "dba", {{'a', 48}, {'b', 19}, {'c', 20}, {'d', 21}}}, 2048, 4096, 32768},
      // two parts of one iteration, none of which has a next one
      {{"fdea", "becd", "beac", {{'a', 16}, {'b', 33}, {'c', 17}, {'d', 2}, {'e', 40}, {'f', 3}}}, 512, 1024, 0},
      // blocks of tiles beside a single one, which has no next one either
      {{"bdea", "cde", "cbae", {{'a', 29}, {'b', 61}, {'c', 49}, {'d', 5}, {'e', 1}}}, 1024, 4096, 8192},
      // blocks of a sum that are no multiple of the lanes of a copy
      {{"aeb", "ecd", "cbad", {{'a', 11}, {'b', 3}, {'c', 20}, {'d', 3}, {'e', 35}}}, 512, 1024, 8192},
  };
  checkCases(cases);
}

/// Rows of results that are whole lines only together, copied from an operand that is contiguous along them.
TEST(Strategies, LanesGoOnThroughRows) {
  const Case cases[] = {
      {{"efbad", "cf", "abcde", {{'a', 6}, {'b', 3}, {'c', 10}, {'d', 8}, {'e', 12}, {'f', 5}}}, 4096, 32768, 32768},
      {{"cf", "efad", "acde", {{'a', 9}, {'c', 12}, {'d', 16}, {'e', 20}, {'f', 4}}}, 4096, 32768, 32768},
  };
  auto used = checkCases(cases);
  EXPECT_GE(used["lanes go on through"], 4);
}

/// Results that are contiguous along another axis than the operand that is much larger.
TEST(Strategies, TransposeTheSmallerResult) {
  const Contraction contractions[] = {
      {"adb", "cd", "cba", {{'a', 32}, {'b', 20}, {'c', 3}, {'d', 40}}},
      {"bc", "aced", "dbea", {{'a', 48}, {'b', 4}, {'c', 30}, {'d', 20}, {'e', 1}}},
      {"aced", "eb", "dcba", {{'a', 20}, {'b', 4}, {'c', 7}, {'d', 37}, {'e', 30}}},
      {"acefd", "feb", "dcba", {{'a', 64}, {'b', 5}, {'c', 2}, {'d', 16}, {'e', 5}, {'f', 9}}},
      {"gacd", "db", "bcga", {{'a', 16}, {'b', 3}, {'c', 33}, {'d', 20}, {'g', 6}}},
  };
  auto used = checkAll(contractions, {8 << 10, 32 << 10, 32 << 10});
  EXPECT_GE(used["unpack"], 10);
}

/// The same, where sums jump from row to row of that operand.
TEST(Strategies, FetchRows) {
  const Contraction contractions[] = {
      {"aebd", "ce", "dcba", {{'a', 32}, {'b', 3}, {'c', 8}, {'d', 64}, {'e', 24}}},
      {"dca", "bd", "abc", {{'a', 75}, {'b', 9}, {'c', 48}, {'d', 30}}},
      {"afbce", "df", "edcba", {{'a', 20}, {'b', 4}, {'c', 6}, {'d', 3}, {'e', 24}, {'f', 10}}},
  };
  auto used = checkAll(contractions, {16 << 10, 128 << 10, 128 << 10});
  EXPECT_GE(used["of rows of"], 2);
  EXPECT_GE(used["rows that go on in each other"], 2);
}

/// Rows of results that are no whole lines, from rows of an operand that are none either.
TEST(Strategies, RowsOfNoWholeLines) {
  const Case cases[] = {
      {{"deca", "be", "abcd", {{'a', 68}, {'b', 4}, {'c', 3}, {'d', 69}, {'e', 10}}}, 16 << 10, 256 << 10, 256 << 10},
      {{"be", "edca", "acbd", {{'a', 67}, {'b', 5}, {'c', 2}, {'d', 84}, {'e', 13}}}, 16 << 10, 300 << 10, 300 << 10},
  };
  auto used = checkCases(cases);
  EXPECT_GE(used["for they are no whole lines"], 2);
}

/// Rows from memory that are added up one after the other, each in one block and in several.
TEST(Strategies, FetchTheRowsThatFollow) {
  const Case cases[] = {
      {{"bij", "bi", "bj", {{'b', 3}, {'i', 40}, {'j', 611}}}, 16 << 10, 32 << 10, 32 << 10},
      {{"bij", "bi", "bj", {{'b', 2}, {'i', 33}, {'j', 480}}}, 1 << 10, 16 << 10, 16 << 10},
  };
  auto used = checkCases(cases);
  EXPECT_GE(used["what follows is on its way"], 4);
}

/// Rows that share places of L1: the first of the tiles that read them copies them.
TEST(Strategies, CopyRowsInTheFirstTile) {
  const Contraction contractions[] = {
      {"afb", "df", "adb", {{'a', 15}, {'b', 256}, {'d', 24}, {'f', 10}}},
      {"afb", "fd", "adb", {{'a', 16}, {'b', 128}, {'d', 19}, {'f', 20}}},
      {"df", "fab", "dab", {{'a', 64}, {'b', 64}, {'d', 37}, {'f', 7}}},
  };
  auto used = checkAll(contractions, {8 << 10, 32 << 10, 64 << 10});
  EXPECT_GE(used["in first"], 4);
}

/// Presets that run here; tiles of fewer registers have no time to fetch.
std::int64_t presetsWithManyRegisters() {
  return std::ranges::count_if(presetTargets(),
                               [](const Target &target) { return runsOnHost(target) && target.vectorRegisters >= 32; });
}

/// Lanes of a batch: blocks of rows that are fetched, in place and copied, and rows of results that go on in the next.
TEST(Strategies, LanesOfABatch) {
  const Contraction contractions[] = {
      {"cax", "cbx", "abx", {{'a', 13}, {'b', 260}, {'c', 12}, {'x', 16}}},
      {"cax", "cbx", "xab", {{'a', 24}, {'b', 192}, {'c', 12}, {'x', 16}}},
      {"cax", "cedx", "aexd", {{'a', 12}, {'c', 16}, {'d', 112}, {'e', 3}, {'x', 16}}},
      {"acx", "cbx", "abx", {{'a', 17}, {'b', 19}, {'c', 18}, {'x', 131}}},
      {"bcedx", "acx", "xeadb", {{'a', 2}, {'b', 20}, {'c', 8}, {'d', 4}, {'e', 15}, {'x', 16}}},
      {"becdx", "acx", "xeadb", {{'a', 2}, {'b', 20}, {'c', 16}, {'d', 4}, {'e', 16}, {'x', 16}}},
  };
  auto used = checkAll(contractions, {8 << 10, 32 << 10, 64 << 10});
  EXPECT_GE(used["the next block"], 4 * presetsWithManyRegisters());
  EXPECT_GE(used["whole lines together"], 8);
  // Another batch outside of blocks, which moves the panels of both.
  const Contraction twoBatches[] = {{"gcax", "gcbx", "xgab", {{'a', 12}, {'b', 128}, {'c', 12}, {'g', 4}, {'x', 16}}}};
  used = checkAll(twoBatches, {8 << 10, 64 << 10, 128 << 10});
  EXPECT_GE(used["pack %a"], presetsWithManyRegisters());
}

/// Long sums over operands that lie in the order of the sum, one or both, with batches and parts that splits leave; and
/// panels and rows of what is multiplied with little.
TEST(Strategies, ReadAhead) {
  const Contraction contractions[] = {
      {"ca", "cb", "ab", {{'a', 31}, {'b', 60}, {'c', 703}}},
      {"ac", "cb", "ab", {{'a', 19}, {'b', 75}, {'c', 600}}},
      {"cb", "ca", "ba", {{'a', 17}, {'b', 67}, {'c', 512}}},
      {"cda", "cdb", "ab", {{'a', 35}, {'b', 50}, {'c', 19}, {'d', 37}}},
      {"gac", "gcb", "gab", {{'a', 7}, {'b', 90}, {'c', 390}, {'g', 3}}},
      {"cad", "cdb", "ab", {{'a', 16}, {'b', 61}, {'c', 130}, {'d', 6}}},
      {"ac", "bc", "ab", {{'a', 24}, {'b', 1700}, {'c', 21}}},
      {"bc", "ca", "ba", {{'a', 19}, {'b', 1300}, {'c', 37}}},
      {"gac", "gbdc", "gabd", {{'a', 17}, {'b', 40}, {'c', 25}, {'d', 35}, {'g', 2}}},
      {"ac", "bc", "ab", {{'a', 9}, {'b', 700}, {'c', 69}}},
      {"dac", "dbc", "ab", {{'a', 7}, {'b', 221}, {'c', 48}, {'d', 5}}},
  };
  auto used = checkAll(contractions, {8 << 10, 128 << 10, 256 << 10});
  EXPECT_GE(used["the next is read"], 12 * presetsWithManyRegisters());
  EXPECT_GE(used["is read once"], 4);
}

/// Sums that are cut so that the operand with short rows meets more columns at once.
TEST(Strategies, CutSumsForMoreColumns) {
  const Contraction contractions[] = {
      {"acbd", "cde", "abe", {{'a', 9}, {'b', 14}, {'c', 48}, {'d', 17}, {'e', 290}}},
      {"acbd", "cde", "eab", {{'a', 14}, {'b', 9}, {'c', 60}, {'d', 13}, {'e', 243}}},
  };
  auto used = checkAll(contractions, {16 << 10, 376 << 10, 752 << 10});
  EXPECT_GE(used["many columns fit"], 4);
}

/// Few columns, which are copied across where lanes lie along the sums: of several sums, batches, and sums in parts.
TEST(Strategies, FewColumns) {
  const Contraction contractions[] = {
      {"ac", "cb", "ab", {{'a', 67}, {'b', 5}, {'c', 203}}},
      {"cb", "ac", "ba", {{'a', 50}, {'b', 3}, {'c', 333}}},
      {"acd", "dbc", "ab", {{'a', 41}, {'b', 7}, {'c', 6}, {'d', 90}}},
      {"gac", "gcb", "gab", {{'a', 33}, {'b', 2}, {'c', 150}, {'g', 3}}},
      {"agc", "cb", "gba", {{'a', 19}, {'b', 9}, {'c', 257}, {'g', 2}}},
      {"ac", "cb", "ab", {{'a', 9}, {'b', 2}, {'c', 31000}}},
  };
  auto used = checkAll(contractions, {8 << 10, 128 << 10, 256 << 10});
  EXPECT_GE(used["a partial result in each lane"], 20);
  EXPECT_GE(used["its lanes are far apart"], 20);
}

/// Columns that are left over from whole vectors, of any number: several layouts, sums and batches, one thread and two.
TEST(Strategies, ColumnsLeftOver) {
  std::mt19937 random(7);
  std::map<std::string, int> used;
  int round = 0;
  for (const Target &target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    for (std::int64_t columns = 2; columns <= 67; ++columns, ++round) {
      const std::int64_t rows = 20 + round % 23, sums = 40 + round * 7 % 61;
      const Contraction contractions[] = {
          {"ac", "cb", "ab", {{'a', rows}, {'b', columns}, {'c', sums}}},
          {"ac", "cb", "ba", {{'a', rows}, {'b', columns}, {'c', sums}}},
          {"ca", "bc", "ab", {{'a', rows}, {'b', columns}, {'c', sums}}},
          {"acd", "dcb", "ab", {{'a', rows}, {'b', columns}, {'c', 7}, {'d', sums / 4}}},
          {"gac", "gcb", "gab", {{'a', rows}, {'b', columns}, {'c', sums}, {'g', 3}}},
      };
      const Contraction &c = contractions[round % 5];
      const int threads = 1 + static_cast<int>(random() % 2);
      const std::string text = random() % 2 == 0 ? withSmallCaches(target, random) : target.name;
      random() % 2 == 0 ? check<float>(c, text, threads, random, used) : check<double>(c, text, threads, random, used);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GE(used["columns that are left over"], 20);
}

/// Rows of a few elements times small matrices: whole blocks of rows and not, several of them, and those that lie
/// apart.
TEST(Strategies, ShortRows) {
  std::mt19937 random(11);
  std::map<std::string, int> used;
  for (const Target &target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    for (std::int64_t sums : {2, 3, 4, 8})
      for (std::int64_t columns : {1, 2, 3, 4, 8}) {
        const std::int64_t rows = 8 + static_cast<std::int64_t>(random() % 60);
        const Contraction contractions[] = {
            {"ac", "cb", "ab", {{'a', rows}, {'b', columns}, {'c', sums}}},
            {"bc", "ac", "ab", {{'a', rows}, {'b', columns}, {'c', sums}}},
            {"gac", "gcb", "gab", {{'a', rows}, {'b', columns}, {'c', sums}, {'g', 3}}},
            {"agc", "cb", "gab", {{'a', rows}, {'b', columns}, {'c', sums}, {'g', 5}}},
        };
        for (const Contraction &c : contractions) {
          const int threads = 1 + static_cast<int>(random() % 2);
          const std::string text = random() % 2 == 0 ? withSmallCaches(target, random) : target.name;
          random() % 2 == 0 ? check<float>(c, text, threads, random, used)
                            : check<double>(c, text, threads, random, used);
          if (testing::Test::HasFatalFailure()) return;
        }
      }
  }
  EXPECT_GE(used["rows become lanes"], 20);
}

/// Results of which there are too few for threads: long sums, also of lengths that have no equal parts.
TEST(Strategies, SplitLongSums) {
  std::mt19937 random(3);
  std::map<std::string, int> used;
  std::vector<Target> targets;
  for (const Target &target : presetTargets())
    if (runsOnHost(target)) targets.push_back(target);
  const auto extent = [&](int least, int most) {
    return least + static_cast<std::int64_t>(random() % static_cast<unsigned>(most - least + 1));
  };
  for (int round = 0; round < 60 && !testing::Test::HasFatalFailure(); ++round) {
    Contraction c{"ak", "kb", "ab", {{'a', extent(1, 5)}, {'b', extent(1, 5)}, {'k', extent(60'000, 90'000)}}};
    if (round % 3 == 0) {
      c.first += 'l';
      c.second += 'l';
      c.extents['l'] = extent(1, 40);
      c.extents['k'] = extent(3'000, 9'000);
    }
    if (round % 4 == 0) c.extents['b'] = extent(20, 70);
    for (std::string *indices : {&c.first, &c.second, &c.result}) std::ranges::shuffle(*indices, random);
    const Target &target = targets[random() % targets.size()];
    const std::string text = random() % 3 == 0 ? withSmallCaches(target, random) : target.name;
    const int threads = static_cast<int>(extent(2, 5));
    switch (random() % 3) {
    case 0: check<float>(c, text, threads, random, used); break;
    case 1: check<double>(c, text, threads, random, used); break;
    default: check<std::int32_t>(c, text, threads, random, used); break;
    }
  }
  EXPECT_GE(used["localize"], 20);
}

/// Few rows by matrices beyond L2: their rows are fetched along sums, or streamed where they share places of L1.
TEST(Strategies, FewRowsOfLargeMatrices) {
  const Contraction contractions[] = {
      {"ac", "cb", "ab", {{'a', 8}, {'b', 1010}, {'c', 203}}},
      {"ac", "cb", "ab", {{'a', 5}, {'b', 1024}, {'c', 203}}},
      {"gac", "gcb", "gab", {{'a', 2}, {'b', 1024}, {'c', 211}, {'g', 2}}},
      {"acf", "cb", "afb", {{'a', 2}, {'b', 1024}, {'c', 187}, {'f', 2}}},
  };
  auto used = checkAll(contractions, {32 << 10, 64 << 10, 64 << 10});
  EXPECT_GE(used["the sum jumps to"], 2 * presetsWithManyRegisters());
  EXPECT_GE(used["share places of L1"], 4 * presetsWithManyRegisters());
}

/// Long pieces of what is multiplied with little, in blocks.
TEST(Strategies, ReadLongPiecesInPlace) {
  const Contraction contractions[] = {
      {"ca", "cb", "ab", {{'a', 17}, {'b', 8303}, {'c', 32}}},
      {"gcb", "ca", "gab", {{'a', 9}, {'b', 2111}, {'c', 32}, {'g', 4}}},
  };
  std::mt19937 random(5);
  std::map<std::string, int> used;
  for (Target target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    target.l2Bytes = 1 << 20;
    for (const Contraction &contraction : contractions)
      for (int threads : {1, 2}) check<float>(contraction, print(target), threads, random, used);
  }
  EXPECT_GE(used["read in place"], 4);
}

/// Operands that are packed and contiguous along a batch: blocks that divide it or do not, and all of it.
TEST(Strategies, CopyBlocksOfABatch) {
  const Contraction contractions[] = {
      {"gac", "cbg", "gab", {{'a', 20}, {'b', 33}, {'c', 12}, {'g', 37}}},
      {"gac", "bcg", "gab", {{'a', 11}, {'b', 19}, {'c', 9}, {'g', 16}}},
      {"ghac", "cghb", "hagb", {{'a', 17}, {'b', 8}, {'c', 7}, {'g', 5}, {'h', 21}}},
      {"gac", "cbhg", "hgba", {{'a', 25}, {'b', 21}, {'c', 5}, {'g', 67}, {'h', 3}}},
      {"acg", "cbg", "abg", {{'a', 8}, {'b', 9}, {'c', 8}, {'g', 1600}}},
      {"achg", "cbhg", "bahg", {{'a', 8}, {'b', 11}, {'c', 5}, {'g', 16}, {'h', 70}}},
  };
  auto used = checkAll(contractions, {8 << 10, 256 << 10, 256 << 10});
  EXPECT_GE(used["batch for a panel"], 12);
}

/// Lanes of a batch that are far apart in the result, with other batches, rows that are whole lines or not.
TEST(Strategies, TransposeResultsOfBatches) {
  const Contraction contractions[] = {
      {"cag", "cbg", "gab", {{'a', 12}, {'b', 96}, {'c', 24}, {'g', 16}}},
      {"cbg", "cag", "agb", {{'a', 9}, {'b', 160}, {'c', 17}, {'g', 19}}},
      {"ecadg", "bcg", "gabde", {{'a', 3}, {'b', 8}, {'c', 12}, {'d', 16}, {'e', 24}, {'g', 16}}},
      {"hcag", "hcbg", "ghab", {{'a', 7}, {'b', 67}, {'c', 20}, {'g', 16}, {'h', 6}}},
      {"cahg", "chg", "gah", {{'a', 31}, {'c', 20}, {'g', 17}, {'h', 40}}},
  };
  auto used = checkAll(contractions, {4 << 10, 32 << 10, 64 << 10});
  EXPECT_GE(used["lanes of a batch"], 12);
}

TEST(Strategies, ComputeWhatTheSumSays) {
  std::map<std::string, int> used;
  std::vector<Target> targets;
  for (const Target &target : presetTargets())
    if (runsOnHost(target)) targets.push_back(target);
  std::mt19937 random(20);
  for (int round = 0; round < 600 && !testing::Test::HasFatalFailure(); ++round) {
    if (round == 500) random.seed(21);
    const Contraction c = randomContraction(random);
    const Target &target = targets[random() % targets.size()];
    const std::string text = random() % 4 == 0 ? target.name : withSmallCaches(target, random);
    const int threads = 1 + static_cast<int>(random() % 2);
    switch (random() % 3) {
    case 0: check<float>(c, text, threads, random, used); break;
    case 1: check<double>(c, text, threads, random, used); break;
    default: check<std::int32_t>(c, text, threads, random, used); break;
    }
  }
  for (const std::string &word : means()) EXPECT_GE(used[word], 10) << word;
}

} // namespace
} // namespace einjit
