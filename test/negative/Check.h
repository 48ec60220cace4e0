// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/einjit.h>

/// What is checked of an einsum literal and the arguments behind it, and no more.
template <einjit::FixedString String, class... Arguments> void check(Arguments &&...) {
  einjit::EinsumLiteral<String>::template checkCall<Arguments...>();
}
