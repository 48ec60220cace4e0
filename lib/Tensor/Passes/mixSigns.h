// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processors multiply bytes several at once where one is unsigned, the other signed, and add the products as i32. Other
// sums of products of bytes become such ones, if each byte is used often:
//
//   i8, u8    sum a*b in a byte         is the lowest byte of  sum u8(a)*i8(b)
//   i8 * i8   sum a*b                   is  sum u8(a + 128)*b - 128 * sum b
//   u8 * u8   sum a*b                   is  sum a*i8(b - 128) + 128 * sum a
//
// where adding or subtracting 128 is to flip the highest bit. All is modulo 2^8 or 2^32, as integers are.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel mixSigns(Kernel kernel);

} // namespace einjit::tensor
