// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two tensors of integers, the second of which is no row of axes; `maximum` is what is meant.
// g++: no matching function for call to ‘max(const einjit::Tensor<long int>&, const einjit::Tensor<long int>&)’
// clang++: no matching function for call to 'max'
#include <einjit/einjit.h>

auto wrong(const einjit::Tensor<std::int64_t> &x, const einjit::Tensor<std::int64_t> &y) { return max(x, y); }
