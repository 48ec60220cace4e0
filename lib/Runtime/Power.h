// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

/// What kernels call for a power of integers: base^exponent modulo 2^64; for a negative exponent 1 / base^-exponent
/// rounded towards 0, and 0 where that has no value.
extern "C" std::int64_t einjitPower(std::int64_t base, std::int64_t exponent) noexcept;
