// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Loop/Kernel.h"

namespace einjit::loop {

/// `%a[i0,16*i1o + lane]`, as the access stands in the kernel's text.
std::string print(const Kernel &kernel, const Access &access);
/// `-16*i1o + 37`, as the expression stands in the kernel's text.
std::string print(const Kernel &kernel, const Affine &expr);

} // namespace einjit::loop
