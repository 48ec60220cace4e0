// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace einjit::bench {

/// One function for each alternative of a variant.
template <class... Fs> struct Overloaded : Fs... {
  using Fs::operator()...;
};

} // namespace einjit::bench
