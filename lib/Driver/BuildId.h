// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

namespace einjit {

/// The version, and a hash of the library's sources: it changes whenever the code that is made from a loop IR might.
extern const std::string_view buildId;

} // namespace einjit
