// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plainest loops that compute a kernel, which a schedule then improves: for each generic op one nest, parallel
// iterators outside in the order of the result's axes, reduced ones inside, one accumulator:
//
//   for i0 { for i1 {
//     scratch %acc0: f32[]
//     %acc0[] = f32(0)
//     for k0 { %acc0[] = add(%acc0[], mul(%a[i0,k0,i1], %b[i0,k0])) }
//     %out[i0,i1] = %acc0[]
//   } }
//
// The loop that a scan runs along stands inside of all others, and stores each value that the accumulator has.
//
// Loops have the names of their iterators, accumulators the number of their value, and values that are not results live
// in scratch %t0, %t1, …. Parts of concats and reshapes are stored and read where Memory.h says.
#pragma once

#include "Loop/Kernel.h"
#include "Tensor/Kernel.h"

namespace einjit {

struct NaiveOptions {
  bool contract = false; ///< a product that is added becomes one fma
};

/// Names of iterators should differ between ops, as nameCanonically makes them.
loop::Kernel naiveLoops(const tensor::Kernel &kernel, const NaiveOptions &options = {});

/// The name of the buffer of a kernel's result.
std::string outputName(const tensor::Kernel &kernel, std::size_t result);
/// The name of the accumulator of a value's reduction.
std::string accumulatorName(const tensor::Value &value);

} // namespace einjit
