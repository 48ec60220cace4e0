// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace einjit {

/// A visitor for std::visit made of one lambda for each alternative; leaving one out does not compile.
template <class... Fs> struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs> Overloaded(Fs...) -> Overloaded<Fs...>;

} // namespace einjit
