// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of verify() that look at one thing at a time. Each appends a line for each rule that is broken.
#pragma once

#include "Loop/Kernel.h"

namespace einjit::loop {

using Problems = std::vector<std::string>;

/// More lanes than any vector register has or will have.
inline constexpr std::int64_t maxLanes = 1024;

/// The lists of buffers and variables: names, order, and types that make sense.
void verifyTables(const Kernel &kernel, Problems &problems);

/// One store by itself: lanes, reduction and types. Its accesses must be well-formed.
void verifyStore(const Kernel &kernel, const Store &store, Problems &problems);

} // namespace einjit::loop
