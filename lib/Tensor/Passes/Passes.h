// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass table, and the pipeline that makes every spelling of a computation the same kernel.
#pragma once

#include "Tensor/Kernel.h"
#include "Tensor/Passes/PassOptions.h"
#include <span>
#include <string>
#include <string_view>

namespace einjit::tensor {

struct Pass {
  std::string_view name, summary;
  Kernel (*function)(Kernel, const PassOptions &);
  Kernel run(Kernel kernel, const PassOptions &options = {}) const { return function(std::move(kernel), options); }
};

std::span<const Pass> passes();
const Pass *findPass(std::string_view name);

/// All passes, in the order in which they work best.
Kernel canonicalize(Kernel kernel, const PassOptions &options = {});

/// What canonicalize makes of products of many factors, as comments that may stand before the canonical text, in names
/// of the given kernel; empty if there is none. (Not part of the canonical kernel: equal kernels have one text,
/// whatever they were made from, and compiling them does not pay for what is rarely read.)
std::string describeOrders(Kernel kernel, const PassOptions &options = {});

} // namespace einjit::tensor
