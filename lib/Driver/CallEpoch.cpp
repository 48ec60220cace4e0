// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/CallEpoch.h"
#include <atomic>

namespace einjit {
namespace {

std::atomic<std::uint64_t> epoch = 0;

} // namespace

std::uint64_t callEpoch() { return epoch.load(std::memory_order_relaxed); }
void startCallEpoch() { epoch.fetch_add(1, std::memory_order_relaxed); }

} // namespace einjit
