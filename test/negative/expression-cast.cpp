// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A complex number is no real one.
// error: c64 does not become f32; take a part of it, as in real(x)
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<std::complex<float>> &z) { cast<float>(z); }
