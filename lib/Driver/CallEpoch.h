// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tells the calls of all threads that what they found before may be out of date.
#pragma once

#include <cstdint>

namespace einjit {

/// A number that changes whenever kernels that a call has found may not be the ones that it would find now: when the
/// default options are set, or the caches are cleared. Cheap.
std::uint64_t callEpoch();
void startCallEpoch();

} // namespace einjit
