// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results as text for people.
#pragma once

#include "Outcome.h"
#include <string>

namespace einjit::bench {

/// A time with its unit, as `1.25 us`.
std::string duration(double seconds);
/// Arithmetic or traffic a second, whichever bounds the case.
std::string rate(const Outcome &outcome);

/// The table's heading, and one line of it. With several threads there is a column for the speed-up over one.
std::string headingText(int threads);
std::string rowText(const Outcome &outcome);

/// Every contestant's time, and einjit's beside it; empty for a case that was not measured.
std::string contestantsText(const Outcome &outcome);

/// By class and in total: geometric means of roof fraction and of ratio to the best peer; the worst cases by each; what
/// more threads than one gain, in all cases and in those that are large enough for them;
/// compilation; what was not measured, and why.
std::string summaryText(const Results &results);

/// What changed since a saved run, for the cases that both measured: the speed, and how near the roof of its own run
/// each is. At the end the geometric means, and the cases that only one of them measured.
std::string comparisonText(const Results &saved, const Results &now);

} // namespace einjit::bench
