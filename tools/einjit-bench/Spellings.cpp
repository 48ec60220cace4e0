// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Spellings.h"
#include "CaseKernel.h"
#include "Data.h"
#include "Report.h"
#include "Turns.h"
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>

namespace einjit::bench {
namespace {

constexpr std::size_t shownWorst = 5;

using Random = std::mt19937_64;

/// Fisher and Yates's, which draws the same on every machine.
template <class List> void shuffle(List &list, Random &random) {
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[static_cast<std::size_t>(random() % i)]);
}

Spelling spell(const Einsum &einsum, const std::vector<std::size_t> &operands, const std::map<char, char> &names) {
  std::string text;
  const auto add = [&](const std::string &term) {
    for (char index : term) text += names.at(index);
  };
  for (std::size_t operand : operands) {
    add(einsum.operands[operand]);
    text += ',';
  }
  text.pop_back();
  text += "->";
  add(einsum.output);
  return {text, operands};
}

std::string allLetters() {
  std::string letters;
  for (char c = 'a'; c <= 'z'; ++c) letters += c;
  for (char c = 'A'; c <= 'Z'; ++c) letters += c;
  return letters;
}

Case respelled(const Case &which, const Spelling &spelling) {
  Case other = which;
  other.program = spelling.text;
  for (std::size_t i = 0; i < spelling.operands.size(); ++i) other.inputs[i] = which.inputs[spelling.operands[i]];
  return other;
}

bool isFaster(const Timing &a, const Timing &b) { return a.min() < b.min(); }

} // namespace

std::vector<Spelling> spellingsOf(const Case &which, int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::size_t> operands(which.einsum->operands.size());
  std::iota(operands.begin(), operands.end(), std::size_t{0});
  std::vector<Spelling> spellings = {{which.program, operands}};
  for (int i = 0; i < count; ++i) {
    shuffle(operands, random);
    std::string letters = allLetters();
    shuffle(letters, random);
    std::map<char, char> names;
    for (const auto &[index, extent] : which.formula->extents) names[index] = letters[names.size()];
    spellings.push_back(spell(*which.einsum, operands, names));
  }
  return spellings;
}

const Timing &SpellingSpread::fastest() const { return *std::min_element(timings.begin(), timings.end(), isFaster); }
const Timing &SpellingSpread::slowest() const { return *std::max_element(timings.begin(), timings.end(), isFaster); }

SpellingSpread measureSpellings(const Case &which, int count, int threads, double seconds) {
  std::vector<AnyTensor> inputs = makeInputs(which.inputs, false);
  std::vector<Kernel> kernels;
  std::vector<Contestant> contestants;
  std::shared_ptr<AnyTensor> output;
  for (const Spelling &spelling : spellingsOf(which, count, 1)) {
    const Kernel &kernel = kernels.emplace_back(compileCase(respelled(which, spelling), threads));
    if (!output) output = std::make_shared<AnyTensor>(kernel.results().front().type);
    std::vector<void *> buffers;
    for (std::size_t operand : spelling.operands) buffers.push_back(inputs[operand].data());
    buffers.push_back(output->data());
    contestants.push_back(entryContestant(spelling.text, entryOf(kernel), buffers, output, kernel.cost().scratchBytes));
  }
  return {which.id, timeInTurns(contestants, seconds)};
}

std::string spellingsHeadingText() {
  return fmt::format("{:<24}{:>12}{:>12}{:>9}   {}\n", "case", "fastest", "slowest", "spread", "slowest spelling");
}

std::string rowText(const SpellingSpread &spread) {
  return fmt::format("{:<24}{:>12}{:>12}{:>9.3f}{}  {}\n", spread.id, duration(spread.fastest().min()),
                     duration(spread.slowest().min()), spread.spread(), spread.spread() > sameSpeed ? "*" : " ",
                     spread.slowest().name);
}

std::string summaryText(std::vector<SpellingSpread> spreads) {
  if (spreads.empty()) return "";
  std::vector<double> ratios;
  for (const SpellingSpread &spread : spreads) ratios.push_back(spread.spread());
  const auto above = std::count_if(ratios.begin(), ratios.end(), [](double ratio) { return ratio > sameSpeed; });
  std::string text = fmt::format("\nspread between spellings: geometric mean {:.3f}; above {}: {} of {}\n",
                                 geometricMean(ratios), sameSpeed, above, ratios.size());
  std::sort(spreads.begin(), spreads.end(), [](auto &a, auto &b) { return a.spread() > b.spread(); });
  spreads.resize(std::min(spreads.size(), shownWorst));
  for (const SpellingSpread &spread : spreads)
    text +=
        fmt::format("  {:<24}{:>8.3f}  {} takes {}, {} takes {}\n", spread.id, spread.spread(), spread.fastest().name,
                    duration(spread.fastest().min()), spread.slowest().name, duration(spread.slowest().min()));
  return text;
}

} // namespace einjit::bench
