// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Scalar/Expr.h"
#include <optional>

namespace einjit::scalar {

/// A byte of memory that an expression reads as an i32: its operand, whether the byte is taken as an i8 or a u8, and
/// whether its highest bit is flipped before.
struct ByteFactor {
  std::size_t operand;
  DType type;
  bool flipped = false;
};

/// Node `id` as i32(x), i32(u8(x)) or i32(u8(xor(x, i8(-128)))), or with i8 and u8 exchanged; nothing if it is none.
std::optional<ByteFactor> byteFactor(const Expr &expr, NodeId id);

} // namespace einjit::scalar
