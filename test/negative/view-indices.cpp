// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// More indices than the view has axes.
// g++: no match for call to ‘(const einjit::TensorView<float, 2>) (int, int, int)’
// clang++: no matching function for call to object of type 'const TensorView<float, 2>'
#include <einjit/einjit.h>
using namespace einjit;

float wrong(const TensorView<float, 2> &x) { return x(0, 0, 0); }
