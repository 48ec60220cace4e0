// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which iterations of a loop may trade places. Iterations conflict where one writes an element that another touches;
// the order of conflicting iterations has to stay, except among updates of one reduction, which commute.
#pragma once

#include "Loop/Rewrite.h"

namespace einjit::loop {

/// Buffers that the statements write and do not declare themselves, each once.
std::vector<BufferId> writtenBuffers(std::span<const Stmt> block);

/// Whether different iterations of `loop` touch different elements of `buffer`, wherever in `scope` the accesses are.
/// `loop` is `scope` itself, or a loop in it that is around all those accesses.
///
/// It is proven on one axis: there every access must have an index c*v + outer + inner with the same c != 0, v the
/// variable of `loop`, the same terms `outer` in variables from outside of `scope`, and all `inner` parts (terms in
/// variables of other loops in `scope`, lanes, and the constant) within a range narrower than |c|. Then equal indices
/// mean equal v. Or the index is a number with v as one of its digits: that holds for the inner terms finer than |c|,
/// and each coarser term too has all that is finer within a range narrower than its coefficient, as in 60*i + 12*v + j
/// with v < 5 and j < 12.
bool isDisjoint(const For &scope, const Nest &outside, const For &loop, BufferId buffer);

/// Whether two scalar accesses of one buffer, in loops of their own inside `outside`, touch different elements in each
/// iteration of those: on one axis all indices of one of them must be smaller than all of the other.
bool areApart(const Access &a, const Nest &aroundA, const Access &b, const Nest &aroundB, const Nest &outside);

/// The op, if all that the statements do to `buffer` is to update it with one and the same reducing op.
std::optional<ScalarOp> commonReduction(std::span<const Stmt> block, BufferId buffer);

/// A buffer that keeps the iterations of `loop` from running in any order, or at the same time; nothing if none does.
std::optional<BufferId> sharedBuffer(const For &loop, const Nest &outside);
/// The same where iterations run one at a time, so that those of a reduction do not conflict.
std::optional<BufferId> orderedBuffer(const For &loop, const Nest &outside);

} // namespace einjit::loop
