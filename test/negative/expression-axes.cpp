// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// More axes than there are.
// error: 3 axes are named, but the rank is 2
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 2> &x) { sum(x, {0, 1, 2}); }
