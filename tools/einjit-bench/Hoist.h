// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Formula.h"

namespace einjit::bench {

/// The formula's statements with each reduction that is part of a larger expression as a statement of its own, before
/// it: a loop nest for each.
std::vector<Statement> hoistReductions(const Formula &formula);

} // namespace einjit::bench
