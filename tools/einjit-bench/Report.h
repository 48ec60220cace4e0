// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outcomes as a table for people and as JSON for programs.
#pragma once

#include "Contest.h"
#include <span>
#include <string>

namespace einjit::bench {

void printHeading();
/// One line of the table.
void printRow(const Outcome &outcome);
/// The geometric mean of the ratios, and the cases where einjit compares worst.
void printSummary(std::span<const Outcome> outcomes);

/// All numbers, every sample included, as one JSON object; README.md says what its fields are.
std::string toJson(std::span<const Outcome> outcomes);

} // namespace einjit::bench
