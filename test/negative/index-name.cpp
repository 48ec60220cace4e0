// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An index of a name that programs cannot have.
// error: `batch dim` is no name of an index: letters, digits and _, no digit first, not True, False or None
#include <einjit/einjit.h>
using namespace einjit;

constexpr auto wrong = named<"batch dim">;
