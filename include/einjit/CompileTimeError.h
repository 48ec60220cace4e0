// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors that compilers report, in einjit's words. C++20 has no way to give a compiler a computed message; what it does
// show, in the first line of an error, is the arguments of a template that it cannot instantiate.
#pragma once

#include <einjit/FixedString.h>

namespace einjit {

/// Is never defined: where a compiler names it in an error, its arguments, read one after the other, say what is wrong.
template <FixedString... Message> struct CompileTimeError;

} // namespace einjit
