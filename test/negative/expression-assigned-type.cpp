// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The same where the tensor is there.
// error: the expression has elements of f64, but the result of i32; a cast<...> converts them
#include <einjit/einjit.h>
using namespace einjit;

void wrong(Tensor<int> &n) { n *= 0.5; }
