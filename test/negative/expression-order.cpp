// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Complex numbers have no order.
// error: `<` does not apply to c64
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<std::complex<float>> &z) { z < 1; }
