// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements of a type that einjit does not have.
// g++: incomplete type ‘einjit::detail::NotAnElementType<unsigned int>’
// clang++: implicit instantiation of undefined template 'einjit::detail::NotAnElementType<unsigned int>'
#include <einjit/einjit.h>
using namespace einjit;

Tensor<unsigned> wrong() { return Tensor<unsigned>({2, 3}); }
