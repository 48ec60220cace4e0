// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Driver/Pipeline.h"

namespace einjit {

/// The kernel from the caches that the options allow, else compiled. Throws einjit::Error.
Kernel compileCached(Source source, const Options &options);

} // namespace einjit
