// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function that complex numbers do not have.
// error: `exp` does not apply to c128
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<std::complex<double>> &z) { exp(z); }
