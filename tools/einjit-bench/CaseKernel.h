// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// einjit's kernel of a case, and what bounds its time.
#pragma once

#include "Case.h"
#include "Contestant.h"
#include "Outcome.h"

namespace einjit::bench {

/// Compiled now, whatever was compiled before. Throws einjit::Error.
Kernel compileCase(const Case &which, int threads);

Entry entryOf(const Kernel &kernel);

/// Inputs and results of a kernel.
std::int64_t bytesOf(const std::vector<Binding> &bindings);

/// An outcome that says what the case is, with nothing measured yet.
Outcome describe(const Case &which);
/// What the case's own file or else the kernel says that it costs, and what compiling took.
void addCosts(const Case &which, const Kernel &kernel, Outcome &outcome);

/// What the machine does now, on the kernel's element type and number of bytes.
Roof measureRoof(const Kernel &kernel, int threads);
/// The better of two measurements: other load only ever makes the machine look slower.
Roof best(Roof a, Roof b);

} // namespace einjit::bench
