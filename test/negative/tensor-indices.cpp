// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Fewer indices than the tensor has axes.
// g++: no match for call to ‘(const einjit::Tensor<float, 2>) (int)’
// clang++: no matching function for call to object of type 'const Tensor<float, 2>'
#include <einjit/einjit.h>
using namespace einjit;

float wrong(const Tensor<float, 2> &x) { return x(0); }
