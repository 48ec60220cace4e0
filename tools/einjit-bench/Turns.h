// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Contestant.h"
#include "Outcome.h"
#include <functional>
#include <vector>

namespace einjit::bench {

/// Times all for `seconds` together, one timing for each. In each round each is sampled once; who is first changes from
/// round to round, so that a drift of the machine's clock meets all alike. `onRound` is told the seconds spent so far.
std::vector<Timing> timeInTurns(
    const std::vector<Contestant> &contestants, double seconds,
    const std::function<void(double spent)> &onRound = [](double) {});

} // namespace einjit::bench
