// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What this machine can do at best, measured: the roof that `einjit bench` holds a kernel against.
#pragma once

#include <cstdint>
#include <einjit/Export.h>
#include <einjit/Kernel.h>
#include <einjit/Type.h>

namespace einjit {

/// The most floating-point operations a second that `options.threads` cores do on elements of this type (f64 and
/// c128 as f64, all others as f32), a fused multiply-add counting as two. Measured now, with a loop of independent
/// multiply-adds on registers that einjit compiles for `options.target`; takes some milliseconds. A machine's clock
/// drifts, so callers measure right before and after what they compare with it.
EINJIT_API double measurePeakFlops(DType type, const Options &options);

/// Bytes a second that `options.threads` cores move when, again and again, they read `inputBytes` and write
/// `outputBytes`: memory bandwidth for data that no cache holds, else the bandwidth of the cache that holds them.
/// Measured now, in the same way; either count may be 0.
EINJIT_API double measureBandwidth(std::int64_t inputBytes, std::int64_t outputBytes, const Options &options);

} // namespace einjit
