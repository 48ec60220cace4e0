// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recognising the stores of a reduction, `t = op(t, e)`.
#pragma once

#include "Loop/Kernel.h"

namespace einjit::loop {

/// A store of the form t = op(t, e) or t = op(e, t), op associative and commutative, where e does not read t's buffer.
/// `t = fma(a, b, t)` is one with op add and e = mul(a, b).
struct Update {
  ScalarOp op;
  std::size_t accumulated; ///< the number of the operand that is t
};
std::optional<Update> asUpdate(const Store &store);

/// The op of a store that adds to its target and reads it in no other way: of an Update, or of one that folds lanes.
std::optional<ScalarOp> reductionOp(const Store &store);

/// The update `t = op(t, e)` as the store that folds the lanes of e into t with op. `lanes` and `laneBound` stay.
Store foldLanes(const Store &store, const Update &update);

/// `target = op(target, source)`
Store combine(ScalarOp op, DType type, const Access &target, const Access &source);
/// `target = identity of op`
Store initialise(ScalarOp op, DType type, const Access &target);

} // namespace einjit::loop
