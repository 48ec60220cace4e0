// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options by name, with values that are text: what the environment and the C API say.
#pragma once

#include "Support/Result.h"
#include <einjit/Options.h>
#include <string_view>

namespace einjit {

/// Sets the option of this name, such as `memory-limit`. Refused for a name that is none, and for a value that the
/// option cannot have.
Status setOption(Options &options, std::string_view name, std::string_view value);

} // namespace einjit
