// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An operator on bits of what has none.
// error: `~` does not apply to f32
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x) { ~x; }
