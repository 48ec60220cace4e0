// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a step says that it may not be applied.
#pragma once

#include "Loop/Steps/Step.h"
#include <optional>
#include <string>

namespace einjit::loop {

/// Why a step may not be applied; nothing if it may.
using Refusal = std::optional<std::string>;

/// The diagnostic of a refused step, which shows the step as it is printed.
Diagnostic refused(const Step &step, const std::string &reason);

/// Refuses a name that no loop has.
Refusal unlessLoopExists(const Kernel &kernel, const std::string &name);
/// Refuses a name that no buffer has.
Refusal unlessBufferExists(const Kernel &kernel, const std::string &name);
/// Refuses a name that is given to a new buffer but belongs to one already.
Refusal unlessBufferIsNew(const Kernel &kernel, const std::string &name);

/// Refuses a name that is given to new loops but belongs to others already.
Refusal unlessLoopIsNew(const Kernel &kernel, const std::string &name);

/// The texts of names in refusals: `loop 'i0'`, `%acc`.
std::string quoted(const Kernel &kernel, VarId var);
std::string quoted(const Kernel &kernel, BufferId buffer);

} // namespace einjit::loop
