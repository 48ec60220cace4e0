// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Too few axes for a term with an ellipsis.
// error: operand 0 has 1 axis, but its term names 2, at column 1 of i...j->i
#include "Check.h"
using namespace einjit;

void wrong(const TensorView<const float, 1> &x) { check<"i...j->i">(x); }
