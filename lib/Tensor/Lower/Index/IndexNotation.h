// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Index statements, `y[b,e] = x[b,c,e] * w[b,c]`, to tensor IR.
//
// Every index of a statement gets an axis number. An element such as `x[i + k, 0]` is a view with one axis for each
// index of the statement, of size 1 where the element does not depend on it; so operators and functions mean what they
// mean in array notation, broadcasting included. A reduction folds its indices' axes to size 1, and in the end the axes
// of the left side's indices are the result's. The passes make one generic op of all that.
#pragma once

#include "Tensor/Lower/Lowering.h"

namespace einjit::tensor {

/// The new value of the name that an index statement assigns to.
MaybeValue assignElements(Lowering &lowering, const ast::AssignElements &statement);

} // namespace einjit::tensor
