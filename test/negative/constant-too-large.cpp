// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A constant that no element type of integers holds.
// error: 18446744073709551615 is more than an i64 holds
#include <einjit/einjit.h>
using namespace einjit;

auto wrong(const Tensor<std::int64_t> &x) { return x + constant<18446744073709551615u>; }
