// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same contraction under other names of its indices and in another order of its operands, on the same data.
#pragma once

#include "Case.h"
#include "Outcome.h"
#include <cstdint>

namespace einjit::bench {

/// An einsum whose operand #i is operand #operands[i] of the one that it respells.
struct Spelling {
  std::string text;
  std::vector<std::size_t> operands;
};

/// The case's own spelling and `count` random ones, the same for the same seed. The case must be an einsum.
std::vector<Spelling> spellingsOf(const Case &which, int count, std::uint64_t seed);

/// How the spellings of one case compare; each timing's name is its text.
struct SpellingSpread {
  std::string id;
  std::vector<Timing> timings;
  const Timing &fastest() const;
  const Timing &slowest() const;
  /// The least time of the slowest over that of the fastest.
  double spread() const { return slowest().min() / fastest().min(); }
};

/// More than this is a difference that users would notice.
inline constexpr double sameSpeed = 1.05;

/// Compiles all spellings and times them in turns, reading the same inputs and writing the same result.
SpellingSpread measureSpellings(const Case &which, int count, int threads, double seconds);

std::string spellingsHeadingText();
std::string rowText(const SpellingSpread &spread);
/// The geometric mean, how many are above `sameSpeed`, and the worst with their spellings.
std::string summaryText(std::vector<SpellingSpread> spreads);

} // namespace einjit::bench
