// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compiling takes, as text for people.
#pragma once

#include "Outcome.h"
#include <string>

namespace einjit::bench {

/// The heading of the table of a run that only compiles, and one line of it.
std::string compileHeadingText();
std::string compileRowText(const Outcome &outcome);

/// Of all cases that were compiled: the distribution of the time, in all and by stage, and of the code's size; the
/// cases with the most of either. Empty if there is none.
std::string compileSummaryText(const Results &results);

} // namespace einjit::bench
