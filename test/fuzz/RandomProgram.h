// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Case.h"
#include "Random.h"

namespace einjit::test {

/// Sets text, inputs and results of a case to a program in array notation: chains of arithmetic with broadcasting,
/// views of views, reductions, matrix products and casts, whose values are used once, several times or never.
void makeProgram(Random &random, Case &result);

} // namespace einjit::test
