// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A formula as plain C loops, written for a compiler to vectorize.
#pragma once

#include "Formula.h"
#include <einjit/Type.h>

namespace einjit::bench {

/// The ways to order a statement's loops. Not every statement has each: then it takes the one before.
enum class LoopOrder {
  Rows,       ///< innermost the result's index that most elements are contiguous in; a row of sums in memory
  Accumulate, ///< the same, but the sums of 64 neighbours in registers
  Dot,        ///< innermost the summed index that most elements are contiguous in
  Tiled,      ///< without sums: squares of one cache line along the two indices that elements are contiguous in
};
inline constexpr LoopOrder allLoopOrders[] = {LoopOrder::Rows, LoopOrder::Accumulate, LoopOrder::Dot, LoopOrder::Tiled};

/// A function `void name(void *const *buffers, void *scratch)`, the signature of a kernel's entry point; the buffers
/// are the inputs, then the result. Extents are constants and pointers `restrict`, as a kernel knows them. Outer
/// indices of the result that all statements have are loops around all of them, so that what lies between is a row that
/// stays in a near cache. Needs `cPrelude(dtype)` before it, once.
std::string cFunction(const Formula &formula, LoopOrder order, std::string_view name);
std::string cPrelude(DType dtype);

/// How often the innermost statements run, all together.
double cIterations(const Formula &formula);

/// Bytes of the values between statements, all of which have static memory.
double cScratchBytes(const Formula &formula, DType dtype);

} // namespace einjit::bench
