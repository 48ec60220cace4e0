// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A letter that is not one of a to z and A to Z.
// error: `U+00e9` is not an index: indices are letters, at column 2 of aU+00e9->a
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"aé->a">(x); }
